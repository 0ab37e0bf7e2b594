import { describe, expect, it, vi } from 'vitest'
import { PushTap } from '../../../src/wire/push-tap.js'
import { RespError, RespPush, RespVerbatim } from '../../../src/wire/value.js'
import { malformedContent, malformedFraming } from './malformed.js'

const replies = [
  '+OK\r\n',
  '-ERR no\r\n',
  ':1\r\n',
  ':-1\r\n',
  '$5\r\nhello\r\n',
  '$0\r\n\r\n',
  '$-1\r\n',
  '*-1\r\n',
  '_\r\n',
  '#t\r\n',
  ',1.5\r\n',
  '(123\r\n',
  '!3\r\nERR\r\n',
  '=7\r\ntxt:abc\r\n',
  '*0\r\n',
  '*2\r\n*1\r\n+a\r\n*0\r\n',
  '%1\r\n+k\r\n~1\r\n:1\r\n',
  '|1\r\n+a\r\n:1\r\n*1\r\n|0\r\n:1\r\n',
  `+${'x'.repeat(50)}\r\n`,
  '$22\r\n>1\r\n+fake\r\n>1\r\n+fake\r\n\r\n',
] as const

const push = '>3\r\n$6\r\nMOVING\r\n:1\r\n_\r\n'
const decoded = new RespPush(['MOVING', 1, null])

function tapBytewise(tap: PushTap, text: string): readonly RespPush[] {
  return [...Buffer.from(text)].flatMap(byte => [...tap.feed(Buffer.of(byte))])
}

function failureOf(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  return undefined
}

describe('a push', () => {
  it.each(replies)('is found in front of and behind %j', reply => {
    const tap = new PushTap()
    expect(tap.feed(Buffer.from(`${push}${reply}${push}${push}${reply}`))).toStrictEqual([decoded, decoded, decoded])
    expect(tap.replies).toBe(2)
    expect(tap.atBoundary).toBe(true)
  })

  it.each(replies)('is found in front of and behind %j byte by byte', reply => {
    const tap = new PushTap()
    expect(tapBytewise(tap, `${push}${reply}${push}${push}${reply}`)).toStrictEqual([decoded, decoded, decoded])
    expect(tap.replies).toBe(2)
  })

  it('is decoded with everything in it', () => {
    const text = '>6\r\n!1\r\nE\r\n=5\r\ntxt:v\r\n%1\r\n+k\r\n#f\r\n~1\r\n,inf\r\n*1\r\n|1\r\n+a\r\n+b\r\n(9\r\n-X\r\n'
    const items = [
      new RespError('E'),
      new RespVerbatim('txt', 'v'),
      new Map([['k', false]]),
      new Set([Number.POSITIVE_INFINITY]),
      [9n],
      new RespError('X'),
    ]
    expect(new PushTap().feed(Buffer.from(`:1\r\n${text}:2\r\n`))).toStrictEqual([new RespPush(items)])
  })

  it('is reported by the chunk that ends it', () => {
    const tap = new PushTap()
    expect(tap.feed(Buffer.from(`:1\r\n${push}${push.slice(0, 10)}`))).toStrictEqual([decoded])
    expect(tap.atBoundary).toBe(false)
    expect(tap.feed(Buffer.from(`${push.slice(10)}:1\r\n`))).toStrictEqual([decoded])
  })

  it('with attributes is reported without them, and is no reply', () => {
    const tap = new PushTap()
    const text = `|1\r\n+a\r\n:1\r\n${push}${push}:1\r\n|0\r\n|0\r\n${push}`
    expect(tap.feed(Buffer.from(text))).toStrictEqual([decoded, decoded, decoded])
    expect(tap.replies).toBe(1)
    expect(tap.atBoundary).toBe(true)
    tap.reset()
    expect(tapBytewise(tap, text)).toStrictEqual([decoded, decoded, decoded])
    expect(tap.replies).toBe(1)
    expect(tap.atBoundary).toBe(true)
  })

  it('does not change when its chunk is used again', () => {
    const tap = new PushTap()
    const chunk = Buffer.from(`>2\r\n$7\r\nmessage\r\n$20\r\n${'v'.repeat(20)}\r\n+a reply behind it all\r\n`)
    const [first] = tap.feed(chunk)
    chunk.fill('w', 22, 42)
    const [second] = tap.feed(chunk)
    expect([first, second]).toStrictEqual([
      new RespPush(['message', 'v'.repeat(20)]),
      new RespPush(['message', 'w'.repeat(20)]),
    ])
  })
})

describe('atBoundary and replies', () => {
  it.each(replies)('tell the end of %j and of nothing shorter', reply => {
    const tap = new PushTap()
    expect(tap.atBoundary).toBe(true)
    const seen = [...Buffer.from(reply)].map(byte => {
      tap.feed(Buffer.of(byte))
      return [tap.atBoundary, tap.replies]
    })
    expect(seen.pop()).toStrictEqual([true, 1])
    expect(new Set(seen.map(String))).toStrictEqual(new Set(['false,0']))
  })

  it('hold over many chunks and many replies', () => {
    const tap = new PushTap()
    const chunk = Buffer.from('*2\r\n:1\r\n$3\r\nabc\r\n'.repeat(1000))
    for (let at = 0; at < chunk.length; at += 97) tap.feed(chunk.subarray(at, at + 97))
    expect(tap.replies).toBe(1000)
    expect(tap.offset).toBe(chunk.length)
  })
})

describe('what is skipped', () => {
  it('is not made into strings', () => {
    // The last two are what Node's `toString` calls; its types do not declare them.
    const methods = ['toString', 'latin1Slice', 'utf8Slice'] as unknown as readonly 'toString'[]
    const spies = methods.map(method => vi.spyOn(Buffer.prototype, method))
    new PushTap().feed(Buffer.from(replies.join('')))
    const calls = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0)
    for (const spy of spies) spy.mockRestore()
    expect(calls).toBe(0)
  })

  it.each(malformedContent.filter(({ bytes }) => !bytes.startsWith('>') && !bytes.endsWith('XY')))(
    'may hold $bytes, which has sound framing',
    ({ bytes }) => {
      const tap = new PushTap()
      expect(tap.feed(Buffer.from(`${bytes}${push}`))).toStrictEqual([decoded])
      expect(tap.replies).toBe(1)
    },
  )
})

describe('malformed bytes', () => {
  it.each(malformedFraming)('$bytes fails with $code at byte $offset', ({ bytes, code, offset }) => {
    const error = failureOf(() => new PushTap().feed(Buffer.from(bytes)))
    expect(error).toMatchObject({ name: 'HitlessError', code, facts: { offset } })
    expect(failureOf(() => tapBytewise(new PushTap(), bytes))).toMatchObject({ code, facts: { offset } })
  })

  it.each(malformedFraming)('$bytes fails alike behind a push', ({ bytes, code, offset }) => {
    const tap = new PushTap()
    const skipped = `$40\r\n${'a'.repeat(40)}\r\n`
    expect(tap.feed(Buffer.from(`${skipped}${push}${bytes}${skipped}`))).toStrictEqual([decoded])
    expect(tap.failure).toMatchObject({ code, facts: { offset: offset + skipped.length + push.length } })
    expect(tap.atBoundary).toBe(false)
  })

  it.each(['>1\r\n:x\r\n', '>2\r\n$1\r\na\r\n:x\r\n', '>1\r\n=3\r\nabc\r\n'])(
    '%j fails for what is in the push',
    bytes => {
      expect(failureOf(() => new PushTap().feed(Buffer.from(bytes)))).toMatchObject({ code: 'WIRE_PROTOCOL' })
    },
  )

  it('are thrown again by each further call, until a reset', () => {
    const tap = new PushTap()
    expect(tap.feed(Buffer.from(`:1\r\n${push}?`))).toStrictEqual([decoded])
    const { failure } = tap
    expect(failureOf(() => tap.feed(Buffer.from(push)))).toBe(failure)
    expect(failureOf(() => tap.feed(Buffer.from(push)))).toBe(failure)
    tap.reset()
    expect([tap.failure, tap.replies, tap.offset, tap.atBoundary]).toStrictEqual([undefined, 0, 0, true])
    expect(tap.feed(Buffer.from(push))).toStrictEqual([decoded])
  })

  it.each([
    ['*1\r\n*1\r\n:1\r\n', { maxDepth: 1 }, 4],
    ['*1\r\n*0\r\n:1\r\n', { maxDepth: 1 }, 4],
    ['*4\r\n', { maxElements: 3 }, 0],
    ['%2\r\n', { maxElements: 3 }, 0],
    ['>4\r\n', { maxElements: 3 }, 0],
    ['$6\r\nhello!\r\n', { maxBlobBytes: 5 }, 0],
    ['>1\r\n$6\r\nhello!\r\n', { maxBlobBytes: 5 }, 4],
  ])('%j is beyond the limits %o', (bytes, limits, offset) => {
    const padded = `${bytes}+and something behind it\r\n`
    const expected = { code: 'WIRE_LIMIT', facts: { offset } }
    expect(failureOf(() => new PushTap({ limits }).feed(Buffer.from(padded)))).toMatchObject(expected)
    expect(failureOf(() => tapBytewise(new PushTap({ limits }), padded))).toMatchObject(expected)
  })
})
