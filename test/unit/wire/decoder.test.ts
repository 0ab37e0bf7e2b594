import { describe, expect, it, vi } from 'vitest'
import { type DecoderOptions, RespDecoder } from '../../../src/wire/decode/decoder.js'
import { RespAttributed, RespError, RespPush, type RespValue, RespVerbatim } from '../../../src/wire/value.js'
import { malformedContent, malformedFraming } from './malformed.js'

function decode(text: string, options: DecoderOptions = {}): readonly RespValue[] {
  return new RespDecoder(options).feed(Buffer.from(text))
}

function decodeBytewise(text: string, options: DecoderOptions = {}): readonly RespValue[] {
  const decoder = new RespDecoder(options)
  return [...Buffer.from(text)].flatMap(byte => [...decoder.feed(Buffer.of(byte))])
}

function failureOf(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  return undefined
}

const long = 'x'.repeat(40)

const types: readonly (readonly [name: string, text: string, value: RespValue])[] = [
  ['a simple string', '+OK\r\n', 'OK'],
  ['an empty simple string', '+\r\n', ''],
  ['a long simple string', `+${long}\r\n`, long],
  ['a simple string with other characters', '+grüße ✓\r\n', 'grüße ✓'],
  ['an error', '-ERR no such key\r\n', new RespError('ERR no such key')],
  ['an integer', ':1000\r\n', 1000],
  ['zero', ':0\r\n', 0],
  ['a negative integer', ':-7\r\n', -7],
  ['an integer with plus', ':+7\r\n', 7],
  ['an integer with leading zeros', ':007\r\n', 7],
  ['negative zero as an integer', ':-0\r\n', 0],
  ['the largest exact integer', ':9007199254740991\r\n', Number.MAX_SAFE_INTEGER],
  ['the smallest exact integer', ':-9007199254740991\r\n', Number.MIN_SAFE_INTEGER],
  ['an integer beyond', ':9007199254740992\r\n', 9007199254740992n],
  ['the smallest integer of Redis', ':-9223372036854775808\r\n', -9223372036854775808n],
  ['a blob', '$5\r\nhello\r\n', 'hello'],
  ['an empty blob', '$0\r\n\r\n', ''],
  ['a blob with line breaks', '$4\r\n\r\n\r\n\r\n', '\r\n\r\n'],
  ['a blob with other characters', '$11\r\ngrüße ✓\r\n', 'grüße ✓'],
  ['a long blob', `$3000\r\n${'y'.repeat(3000)}\r\n`, 'y'.repeat(3000)],
  ['a long blob with other characters', `$4000\r\n${'é'.repeat(2000)}\r\n`, 'é'.repeat(2000)],
  ['a null', '_\r\n', null],
  ['a null blob', '$-1\r\n', null],
  ['a null array', '*-1\r\n', null],
  ['true', '#t\r\n', true],
  ['false', '#f\r\n', false],
  ['a double', ',1.23\r\n', 1.23],
  ['a negative double', ',-0.5\r\n', -0.5],
  ['a double without fraction', ',10\r\n', 10],
  ['negative zero', ',-0\r\n', -0],
  ['a double with all its digits', ',0.30000000000000004\r\n', 0.30000000000000004],
  ['a double with exponent', ',1.5e-7\r\n', 1.5e-7],
  ['a double with a capital exponent', ',+2E+3\r\n', 2000],
  ['infinity', ',inf\r\n', Number.POSITIVE_INFINITY],
  ['negative infinity', ',-inf\r\n', Number.NEGATIVE_INFINITY],
  ['not a number', ',nan\r\n', Number.NaN],
  ['negative not a number', ',-nan\r\n', Number.NaN],
  ['a big number', '(3492890328409238509324850943850943825024385\r\n', 3492890328409238509324850943850943825024385n],
  ['a negative big number', '(-12\r\n', -12n],
  ['a blob error', '!21\r\nSYNTAX invalid syntax\r\n', new RespError('SYNTAX invalid syntax')],
  ['a verbatim string', '=15\r\ntxt:Some string\r\n', new RespVerbatim('txt', 'Some string')],
  ['an empty verbatim string', '=4\r\nmkd:\r\n', new RespVerbatim('mkd', '')],
  ['an array', '*3\r\n:1\r\n$1\r\na\r\n_\r\n', [1, 'a', null]],
  ['an empty array', '*0\r\n', []],
  ['nested arrays', '*2\r\n*1\r\n:1\r\n*0\r\n', [[1], []]],
  ['a set', '~3\r\n+a\r\n+b\r\n+a\r\n', new Set(['a', 'b'])],
  ['an empty set', '~0\r\n', new Set()],
  [
    'a map',
    '%2\r\n+a\r\n:1\r\n:2\r\n*1\r\n_\r\n',
    new Map<RespValue, RespValue>([
      ['a', 1],
      [2, [null]],
    ]),
  ],
  ['an empty map', '%0\r\n', new Map()],
  ['a push', '>3\r\n+message\r\n$2\r\nch\r\n$2\r\nhi\r\n', new RespPush(['message', 'ch', 'hi'])],
  [
    'a push of every kind',
    '>5\r\n$1\r\na\r\n:-1\r\n*2\r\n_\r\n,1.5\r\n~1\r\n#f\r\n$-1\r\n',
    new RespPush(['a', -1, [null, 1.5], new Set([false]), null]),
  ],
  ['a push with other characters', '>2\r\n$6\r\ngrüß\r\n$1\r\na\r\n', new RespPush(['grüß', 'a'])],
  ['a push of one long string', `>1\r\n$200\r\n${'z'.repeat(200)}\r\n`, new RespPush(['z'.repeat(200)])],
  ['a push of many', `>40\r\n${':1\r\n'.repeat(40)}`, new RespPush(new Array(40).fill(1))],
  ['a push of nested arrays', '>1\r\n*1\r\n*1\r\n*1\r\n*1\r\n+x\r\n', new RespPush([[[[['x']]]]])],
  ['an empty push', '>0\r\n', new RespPush([])],
]

describe('values', () => {
  it.each(types)('%s is decoded', (_, text, value) => {
    // What follows makes room for the fast paths, which want some bytes more than a token needs.
    const after = '+after, and a little longer\r\n'
    expect(decode(text + after)).toStrictEqual([value, 'after, and a little longer'])
  })

  it.each(types)('%s is decoded at the very end of the bytes', (_, text, value) => {
    expect(decode(text)).toStrictEqual([value])
  })

  it.each(types)('%s is decoded byte by byte, and not before its last byte', (_, text, value) => {
    const decoder = new RespDecoder()
    const bytes = Buffer.from(text)
    const values = [...bytes].map(byte => decoder.feed(Buffer.of(byte)))
    expect(values.pop()).toStrictEqual([value])
    expect(values.flat()).toStrictEqual([])
  })

  it('come out in the order of the stream, several from one chunk', () => {
    expect(decode('+a\r\n>1\r\n+p\r\n:1\r\n-E\r\n')).toStrictEqual(['a', new RespPush(['p']), 1, new RespError('E')])
  })

  it('of errors tell their first word', () => {
    expect(decode('-READONLY You cannot write\r\n-OOM\r\n').map(error => (error as RespError).prefix)).toStrictEqual([
      'READONLY',
      'OOM',
    ])
  })

  it('with bytes that are no UTF-8 hold replacement characters', () => {
    expect(new RespDecoder().feed(Buffer.from([0x24, 0x31, 13, 10, 0xff, 13, 10]))).toStrictEqual(['\ufffd'])
  })
})

describe('pushes', () => {
  it('are accepted between two replies and behind top-level attributes', () => {
    expect(decode('+a\r\n>1\r\n+p\r\n|1\r\n+k\r\n+v\r\n>1\r\n+q\r\n+b\r\n')).toStrictEqual([
      'a',
      new RespPush(['p']),
      new RespPush(['q']),
      'b',
    ])
  })

  it('that follow each other in one chunk are all decoded', () => {
    const frames = Array.from(
      { length: 100 },
      (_, index) => `>3\r\n$7\r\nmessage\r\n$2\r\nch\r\n$5\r\n${10_000 + index}\r\n`,
    )
    const pushes = Array.from({ length: 100 }, (_, index) => new RespPush(['message', 'ch', String(10_000 + index)]))
    expect(decode(frames.join(''))).toStrictEqual(pushes)
  })
})

describe('attributes', () => {
  const text = '|1\r\n+ttl\r\n:3600\r\n*2\r\n:1\r\n|1\r\n+a\r\n|1\r\n+b\r\n+c\r\n+d\r\n+e\r\n'

  it('are dropped at every level by default', () => {
    expect(decode(text)).toStrictEqual([[1, 'e']])
    expect(decodeBytewise(text)).toStrictEqual([[1, 'e']])
  })

  it('attributes: keep wraps what they describe, at every level', () => {
    const inner = new RespAttributed(new Map([['a', new RespAttributed(new Map([['b', 'c']]), 'd')]]), 'e')
    expect(decode(text, { attributes: 'keep' })).toStrictEqual([
      new RespAttributed(new Map([['ttl', 3600]]), [1, inner]),
    ])
  })

  it('attributes: keep wraps nulls, pushes and other attributes', () => {
    expect(decode('|0\r\n_\r\n|0\r\n>1\r\n+p\r\n|0\r\n|0\r\n:1\r\n', { attributes: 'keep' })).toStrictEqual([
      new RespAttributed(new Map(), null),
      new RespAttributed(new Map(), new RespPush(['p'])),
      new RespAttributed(new Map(), new RespAttributed(new Map(), 1)),
    ])
  })
})

describe('strings: buffer', () => {
  const options: DecoderOptions = { strings: 'buffer' }

  it('makes buffers of blobs, and of nothing else', () => {
    const text = '$1\r\na\r\n+b\r\n!1\r\nc\r\n=5\r\ntxt:d\r\n*1\r\n$1\r\ne\r\n>2\r\n$1\r\nf\r\n+g\r\n$-1\r\n$0\r\n\r\n'
    const values = [
      Buffer.from('a'),
      'b',
      new RespError('c'),
      new RespVerbatim('txt', 'd'),
      [Buffer.from('e')],
      new RespPush([Buffer.from('f'), 'g']),
      null,
      Buffer.alloc(0),
    ]
    expect(decode(text, options)).toStrictEqual(values)
    expect(decodeBytewise(text, options)).toStrictEqual(values)
  })

  it.each([10, 100_000, 200_000])('keeps %i bytes as they are, however they are cut', size => {
    const content = Buffer.from(Array.from({ length: size }, (_, index) => index % 251))
    const bytes = Buffer.concat([Buffer.from(`$${size}\r\n`), content, Buffer.from('\r\n')])
    const decoder = new RespDecoder(options)
    expect(decoder.feed(bytes)).toStrictEqual([content])
    expect([...decoder.feed(bytes.subarray(0, size - 3)), ...decoder.feed(bytes.subarray(size - 3))]).toStrictEqual([
      content,
    ])
  })

  it('gives buffers that do not change with the chunk or with what comes later', () => {
    const decoder = new RespDecoder(options)
    const chunk = Buffer.from('$3\r\nabc\r\n$3\r\nde')
    const [first] = decoder.feed(chunk)
    const [second] = decoder.feed(Buffer.from('f\r\n$3\r\ngh'))
    chunk.fill(0)
    const [third] = decoder.feed(Buffer.from('i\r\n'))
    expect([first, second, third].map(String)).toStrictEqual(['abc', 'def', 'ghi'])
  })
})

describe('a chunk', () => {
  it('may be used again for other bytes', () => {
    const decoder = new RespDecoder()
    const chunk = Buffer.alloc(60)
    const pushes = ['abc', 'def', '\u00fcx'].flatMap((text, index) => {
      chunk.write(`>2\r\n$3\r\n${text}\r\n$20\r\n${'v'.repeat(19)}${index}\r\n+${'t'.repeat(17)}\r\n`)
      return decoder.feed(chunk).filter(value => value instanceof RespPush)
    })
    expect(pushes.map(({ items }) => items[0])).toStrictEqual(['abc', 'def', '\u00fcx'])
    expect(pushes.map(({ items }) => String(items[1]).at(-1))).toStrictEqual(['0', '1', '2'])
  })

  it('may be a plain Uint8Array, also one that is a view', () => {
    const bytes = new TextEncoder().encode('xx$5\r\nhello\r\nxx')
    expect(new RespDecoder().feed(bytes.subarray(2, 13))).toStrictEqual(['hello'])
  })

  it('may be empty', () => {
    const decoder = new RespDecoder()
    expect(decoder.feed(new Uint8Array(0))).toStrictEqual([])
    expect(decoder.feed(Buffer.from('$2\r\n'))).toStrictEqual([])
    expect(decoder.feed(new Uint8Array(0))).toStrictEqual([])
    expect(decoder.feed(Buffer.from('ab\r\n'))).toStrictEqual(['ab'])
  })
})

describe('malformed bytes', () => {
  const table = [...malformedFraming, ...malformedContent]

  it.each(table)('$bytes fails with $code at byte $offset', ({ bytes, code, offset }) => {
    const decoder = new RespDecoder()
    const error = failureOf(() => {
      decoder.feed(Buffer.from(bytes))
      decoder.feed(new Uint8Array(0))
    })
    expect(error).toMatchObject({ name: 'HitlessError', code, facts: { offset } })
  })

  it.each(table)('$bytes fails alike byte by byte', ({ bytes, code, offset }) => {
    expect(failureOf(() => decodeBytewise(`${bytes}+`))).toMatchObject({
      name: 'HitlessError',
      code,
      facts: { offset },
    })
  })

  it.each(table)('$bytes fails alike behind other values, at its place in the stream', ({ bytes, code, offset }) => {
    const decoder = new RespDecoder()
    decoder.feed(Buffer.from('$3\r\nabc\r\n'))
    expect(decoder.feed(Buffer.from(`:1\r\n${bytes}`))).toContain(1)
    expect(decoder.failure).toMatchObject({ code, facts: { offset: offset + 13 } })
  })
})

describe('failure', () => {
  it('returns the values in front of the malformed byte, tells at once, and throws from the next call on', () => {
    const decoder = new RespDecoder()
    expect(decoder.feed(Buffer.from('+a\r\n:1\r\n?'))).toStrictEqual(['a', 1])
    const { failure } = decoder
    expect(failure).toMatchObject({ code: 'WIRE_PROTOCOL', facts: { offset: 8 } })
    expect(failureOf(() => decoder.feed(Buffer.from('+b\r\n')))).toBe(failure)
    expect(failureOf(() => decoder.feed(Buffer.from('+b\r\n')))).toBe(failure)
  })

  it('throws at once where no value was completed', () => {
    const decoder = new RespDecoder()
    const error = failureOf(() => decoder.feed(Buffer.from('*2\r\n:1\r\n?')))
    expect(error).toMatchObject({ message: 'Unknown type "?", at byte 8' })
    expect(decoder.failure).toBe(error)
  })

  it('ends with a reset, and the stream is counted again', () => {
    const decoder = new RespDecoder()
    failureOf(() => decoder.feed(Buffer.from('*2\r\n$9\r\nabc')))
    failureOf(() => decoder.feed(Buffer.from('defghi??')))
    decoder.reset()
    expect(decoder.failure).toBeUndefined()
    expect(decoder.offset).toBe(0)
    expect(decoder.feed(Buffer.from('+ok\r\n'))).toStrictEqual(['ok'])
    expect(decoder.offset).toBe(5)
    expect(failureOf(() => decoder.feed(Buffer.of(0)))).toMatchObject({ facts: { offset: 5 } })
  })

  it('offset counts the bytes that were fed, those of unfinished values included', () => {
    const decoder = new RespDecoder()
    decoder.feed(Buffer.from('+ok\r\n$10\r\nabc'))
    expect(decoder.offset).toBe(13)
  })
})

describe('limits', () => {
  const nested = (depth: number): string => `${'*1\r\n'.repeat(depth)}:1\r\n`

  it('maxDepth is 128 by default', () => {
    expect(decode(nested(128)).length).toBe(1)
    expect(failureOf(() => decode(nested(129)))).toMatchObject({ code: 'WIRE_LIMIT', facts: { offset: 128 * 4 } })
    expect(failureOf(() => decodeBytewise(nested(129)))).toMatchObject({
      code: 'WIRE_LIMIT',
      facts: { offset: 128 * 4 },
    })
  })

  it.each([
    ['*1\r\n*0\r\n', 4],
    ['*1\r\n|0\r\n:1\r\n', 4],
    ['>1\r\n*1\r\n:1\r\n', 4],
    ['|1\r\n+k\r\n+v\r\n*1\r\n:1\r\n', 12],
  ])('maxDepth: 1 refuses a second level in %j', (text, offset) => {
    const limits = { maxDepth: 1 }
    const padded = `${text}+and something behind it\r\n`
    expect(failureOf(() => decode(padded, { limits }))).toMatchObject({ code: 'WIRE_LIMIT', facts: { offset } })
    expect(failureOf(() => decodeBytewise(padded, { limits }))).toMatchObject({ code: 'WIRE_LIMIT', facts: { offset } })
  })

  it('maxDepth may be far beyond the default', () => {
    const limits = { maxDepth: 1_000_000 }
    let [value] = decode(nested(100_000), { limits })
    let depth = 0
    for (; Array.isArray(value); depth += 1) value = value[0]
    expect(depth).toBe(100_000)
  })

  it.each([
    ['*4\r\n', '*3\r\n:1\r\n:1\r\n:1\r\n'],
    ['>4\r\n', '>3\r\n:1\r\n:1\r\n:1\r\n'],
    ['~4\r\n', '~3\r\n:1\r\n:1\r\n:1\r\n'],
    ['%2\r\n', '%1\r\n:1\r\n:1\r\n'],
    ['|2\r\n', '|1\r\n:1\r\n:1\r\n:1\r\n'],
  ])('maxElements: 3 refuses %j and accepts %j', (refused, accepted) => {
    const limits = { maxElements: 3 }
    expect(failureOf(() => decode(refused, { limits }))).toMatchObject({ code: 'WIRE_LIMIT', facts: { offset: 0 } })
    expect(failureOf(() => decode(`${refused}${' '.repeat(20)}`, { limits }))).toMatchObject({ code: 'WIRE_LIMIT' })
    expect(decode(accepted, { limits }).length).toBe(1)
  })

  it.each([
    '*2147483648\r\n',
    '%1073741824\r\n',
    '%16777216\r\n',
    '~16777216\r\n',
    '|16777216\r\n',
    '*999999999999999\r\n',
  ])('an announced %j is refused by default', text => {
    expect(failureOf(() => decode(text))).toMatchObject({ code: 'WIRE_LIMIT', facts: { offset: 0 } })
  })

  it('maxElements lets large announcements pass, which alone cost nothing', () => {
    expect(decode('*2147483647\r\n:1\r\n')).toStrictEqual([])
  })

  it.each(['$6\r\n', '!6\r\n', '=6\r\n', '+123456', '-123456', '+123456\r\n+1\r\n+2\r\n+3\r\n+4\r\n'])(
    'maxBlobBytes: 5 refuses %j',
    text => {
      const limits = { maxBlobBytes: 5 }
      expect(failureOf(() => decode(text, { limits }))).toMatchObject({ code: 'WIRE_LIMIT', facts: { offset: 0 } })
      expect(failureOf(() => decodeBytewise(text, { limits }))).toMatchObject({
        code: 'WIRE_LIMIT',
        facts: { offset: 0 },
      })
    },
  )

  it('maxBlobBytes: 5 accepts five bytes', () => {
    const text = '$5\r\nhello\r\n+hello\r\n=5\r\ntxt:a\r\n>1\r\n$5\r\nhello\r\n'
    expect(decode(text, { limits: { maxBlobBytes: 5 } }).length).toBe(4)
  })

  it('maxBlobBytes: 5 refuses a longer string in a push', () => {
    const action = () => decode('>2\r\n$5\r\nhello\r\n$6\r\nhello!\r\n', { limits: { maxBlobBytes: 5 } })
    expect(failureOf(action)).toMatchObject({ code: 'WIRE_LIMIT', facts: { offset: 15 } })
  })

  it('maxBlobBytes is 512 MiB by default, or what a string can hold', () => {
    const size = 512 * 1024 * 1024
    expect(decode(`$${size}\r\n`, { strings: 'buffer' })).toStrictEqual([])
    expect(failureOf(() => decode(`$${size + 1}\r\n`, { strings: 'buffer' }))).toMatchObject({ code: 'WIRE_LIMIT' })
    expect(failureOf(() => decode(`$${size + 1}\r\n`))).toMatchObject({ code: 'WIRE_LIMIT' })
    expect(decode(`$${size - 100}\r\n`)).toStrictEqual([])
  })

  it.each([':', '(', ',', '_', '#'])('lines of type %s end within 4096 bytes', type => {
    const line = `${type}${'1'.repeat(5000)}`
    expect(failureOf(() => decode(`${line}\r\n`))).toMatchObject({ code: 'WIRE_LIMIT', facts: { offset: 0 } })
    expect(failureOf(() => decodeBytewise(line))).toMatchObject({ code: 'WIRE_LIMIT', facts: { offset: 0 } })
  })
})

describe('work', () => {
  /** How many bytes are copied while the action runs. */
  function countCopied(action: () => void): number {
    let copied = 0
    const { set } = Uint8Array.prototype
    const { copy } = Buffer.prototype
    const setSpy = vi.spyOn(Uint8Array.prototype, 'set').mockImplementation(function (this: Uint8Array, source, at) {
      copied += source.length
      set.call(this, source, at)
    })
    const copySpy = vi.spyOn(Buffer.prototype, 'copy').mockImplementation(function (this: Buffer, ...args) {
      const count = copy.apply(this, args)
      copied += count
      return count
    })
    action()
    setSpy.mockRestore()
    copySpy.mockRestore()
    return copied
  }

  it('on a blob of 10 MB in chunks of 1 KB grows with its size only', () => {
    const size = 10 * 1024 * 1024
    const decoder = new RespDecoder({ strings: 'buffer' })
    const chunk = Buffer.alloc(1024, 'x')
    const values: RespValue[] = []
    const copied = countCopied(() => {
      decoder.feed(Buffer.from(`$${size}\r\n`))
      for (let fed = 0; fed < size; fed += chunk.length) decoder.feed(chunk)
      values.push(...decoder.feed(Buffer.from('\r\n')))
    })
    expect(values).toHaveLength(1)
    expect(copied).toBeGreaterThanOrEqual(size)
    expect(copied).toBeLessThan(3 * size)
  })

  it('on a simple string of 1 MB in chunks of 100 bytes grows with its size only', () => {
    const size = 1_000_000
    const decoder = new RespDecoder()
    const chunk = Buffer.alloc(100, 'x')
    const copied = countCopied(() => {
      decoder.feed(Buffer.from('+'))
      for (let fed = 0; fed < size; fed += chunk.length) decoder.feed(chunk)
    })
    expect(decoder.feed(Buffer.from('\r\n'))).toStrictEqual(['x'.repeat(size)])
    expect(copied).toBeLessThan(3 * size)
  })

  it('on an array of 100,000 elements in groups of 7 bytes copies no more than what is cut', () => {
    const count = 100_000
    const bytes = Buffer.from(`*${count}\r\n${':12\r\n$3\r\nabc\r\n'.repeat(count / 2)}`)
    const decoder = new RespDecoder()
    const values: RespValue[] = []
    const copied = countCopied(() => {
      for (let at = 0; at < bytes.length; at += 7) values.push(...decoder.feed(bytes.subarray(at, at + 7)))
    })
    expect(values).toHaveLength(1)
    expect(values[0]).toHaveLength(count)
    expect(copied).toBeLessThan(bytes.length)
  })
})
