import { describe, expect, it } from 'vitest'
import { FrameScanner, FrameSkippers } from '../../../src/wire/skip/frame-scanner.js'
import { malformedFraming } from './malformed.js'

function feed(scanner: FrameScanner, text: string): number {
  return scanner.feed(Buffer.from(text))
}

function failureOf(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  return undefined
}

describe('feed', () => {
  it('returns how many bytes belong to complete frames', () => {
    const scanner = new FrameScanner()
    expect(feed(scanner, '+OK\r\n:1\r\n$5\r\nhel')).toBe(9)
    expect(scanner.atBoundary).toBe(false)
    expect(feed(scanner, 'lo\r')).toBe(0)
    expect(feed(scanner, '\n')).toBe(1)
    expect(scanner.atBoundary).toBe(true)
    expect(scanner.frames).toBe(3)
    expect(scanner.offset).toBe(20)
  })

  it('counts pushes as frames, and attributes together with what they describe', () => {
    const scanner = new FrameScanner()
    expect(feed(scanner, '>1\r\n+p\r\n|1\r\n+a\r\n+b\r\n')).toBe(8)
    expect(feed(scanner, '>2\r\n+p\r\n*1\r\n:1\r\n:2\r\n')).toBe(20)
    expect(scanner.frames).toBe(3)
  })

  it('returns 0 where no frame ends', () => {
    const scanner = new FrameScanner()
    expect(feed(scanner, '')).toBe(0)
    expect(feed(scanner, '*2\r\n$3\r\nabc\r\n')).toBe(0)
    expect(feed(scanner, '*1\r\n')).toBe(0)
    expect(feed(scanner, ':1\r\n')).toBe(4)
  })

  it('skips the bytes of a string without looking into them', () => {
    const scanner = new FrameScanner()
    expect(feed(scanner, '$12\r\n:1\r\n')).toBe(0)
    expect(feed(scanner, ':2\r\n+OK')).toBe(0)
    expect(feed(scanner, '!\r\n+OK\r\n')).toBe(8)
  })
})

describe('streams that share what skips their frames', () => {
  it('each go on in their own open frame', () => {
    const skippers = new FrameSkippers()
    const [one, other] = [new FrameScanner({ skippers }), new FrameScanner({ skippers })]
    expect(feed(one, '+OK\r\n*2\r\n:1\r\n')).toBe(5)
    expect(feed(other, '$5\r\nhel')).toBe(0)
    expect(feed(one, ':2\r\n')).toBe(4)
    expect([one.atBoundary, other.atBoundary]).toEqual([true, false])
    expect(feed(one, ':3\r\n')).toBe(4)
    expect(feed(other, 'lo\r\n')).toBe(4)
    expect([one.frames, other.frames]).toEqual([3, 1])
  })

  it('do not share what one of them failed with', () => {
    const skippers = new FrameSkippers()
    const [one, other] = [new FrameScanner({ skippers }), new FrameScanner({ skippers })]
    failureOf(() => feed(one, '*1\r\n?'))
    expect(feed(other, ':1\r\n')).toBe(4)
    expect(one.failure).toMatchObject({ code: 'WIRE_PROTOCOL', facts: { offset: 4 } })
  })
})

describe('malformed bytes', () => {
  it.each(malformedFraming)('$bytes fails with $code at byte $offset', ({ bytes, code, offset }) => {
    const scanner = new FrameScanner()
    failureOf(() => feed(scanner, bytes))
    expect(scanner.failure).toMatchObject({ name: 'HitlessError', code, facts: { offset } })
    expect(failureOf(() => feed(scanner, ''))).toBe(scanner.failure)
  })

  it('behind a complete frame are told by the next call, and in failure at once', () => {
    const scanner = new FrameScanner()
    expect(feed(scanner, '+OK\r\n?')).toBe(5)
    expect(scanner.failure).toMatchObject({ code: 'WIRE_PROTOCOL', facts: { offset: 5 } })
    expect(scanner.atBoundary).toBe(false)
    expect(failureOf(() => feed(scanner, '+OK\r\n'))).toBe(scanner.failure)
    scanner.reset()
    expect(feed(scanner, '+OK\r\n')).toBe(5)
    expect([scanner.frames, scanner.offset, scanner.failure]).toStrictEqual([1, 5, undefined])
  })

  it('limits are those of the decoder', () => {
    const scanner = new FrameScanner({ limits: { maxBlobBytes: 2 } })
    expect(failureOf(() => feed(scanner, '$3\r\n'))).toMatchObject({ code: 'WIRE_LIMIT', facts: { offset: 0 } })
  })

  it.each([':', '(', ',', '_', '#'])('a line of type %s that does not end fails behind 4096 bytes', type => {
    const scanner = new FrameScanner()
    expect(feed(scanner, `+OK\r\n${type}${'1'.repeat(4_000)}`)).toBe(5)
    expect(feed(scanner, '1'.repeat(96))).toBe(0)
    expect(failureOf(() => feed(scanner, '1'))).toMatchObject({ code: 'WIRE_LIMIT', facts: { offset: 5 } })
  })

  it.each(['+', '-'])('a line of type %s may be as long as a string', type => {
    const scanner = new FrameScanner({ limits: { maxBlobBytes: 5_000 } })
    expect(feed(scanner, `${type}${'x'.repeat(5_000)}`)).toBe(0)
    expect(feed(scanner, '\r\n')).toBe(2)
    feed(scanner, type)
    expect(failureOf(() => feed(scanner, 'x'.repeat(5_001)))).toMatchObject({ code: 'WIRE_LIMIT' })
  })
})
