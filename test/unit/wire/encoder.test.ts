import { describe, expect, it } from 'vitest'
import { encodeCommand, encodeSimple, encodeValue, pushFrame } from '../../../src/wire/encoder.js'
import { RespAttributed, RespError, RespPush, type RespValue, RespVerbatim } from '../../../src/wire/value.js'

const attributed = new RespAttributed(new Map([['ttl', 5]]), 'v')

const values: readonly (readonly [value: RespValue, resp3: string, resp2: string])[] = [
  [null, '_\r\n', '$-1\r\n'],
  [true, '#t\r\n', ':1\r\n'],
  [false, '#f\r\n', ':0\r\n'],
  [0, ':0\r\n', ':0\r\n'],
  [-12, ':-12\r\n', ':-12\r\n'],
  [Number.MAX_SAFE_INTEGER, ':9007199254740991\r\n', ':9007199254740991\r\n'],
  [2 ** 53, ',9007199254740992\r\n', '$16\r\n9007199254740992\r\n'],
  [1.5, ',1.5\r\n', '$3\r\n1.5\r\n'],
  [-0, ',-0\r\n', '$2\r\n-0\r\n'],
  [1e300, ',1e+300\r\n', '$6\r\n1e+300\r\n'],
  [Number.POSITIVE_INFINITY, ',inf\r\n', '$3\r\ninf\r\n'],
  [Number.NEGATIVE_INFINITY, ',-inf\r\n', '$4\r\n-inf\r\n'],
  [Number.NaN, ',nan\r\n', '$3\r\nnan\r\n'],
  [12n, '(12\r\n', '$2\r\n12\r\n'],
  ['', '$0\r\n\r\n', '$0\r\n\r\n'],
  ['grüße', '$7\r\ngrüße\r\n', '$7\r\ngrüße\r\n'],
  [Buffer.from('a\r\n'), '$3\r\na\r\n\r\n', '$3\r\na\r\n\r\n'],
  [new RespError('ERR no'), '-ERR no\r\n', '-ERR no\r\n'],
  [new RespError('ERR a\r\nb'), '!8\r\nERR a\r\nb\r\n', '-ERR a b\r\n'],
  [new RespVerbatim('txt', 'hé'), '=7\r\ntxt:hé\r\n', '$3\r\nhé\r\n'],
  [[], '*0\r\n', '*0\r\n'],
  [[1, ['a']], '*2\r\n:1\r\n*1\r\n$1\r\na\r\n', '*2\r\n:1\r\n*1\r\n$1\r\na\r\n'],
  [new Set([1, 2]), '~2\r\n:1\r\n:2\r\n', '*2\r\n:1\r\n:2\r\n'],
  [new Map([['k', true]]), '%1\r\n$1\r\nk\r\n#t\r\n', '*2\r\n$1\r\nk\r\n:1\r\n'],
  [new RespPush(['p', 1]), '>2\r\n$1\r\np\r\n:1\r\n', '*2\r\n$1\r\np\r\n:1\r\n'],
  [attributed, '|1\r\n$3\r\nttl\r\n:5\r\n$1\r\nv\r\n', '$1\r\nv\r\n'],
  [[attributed], '*1\r\n|1\r\n$3\r\nttl\r\n:5\r\n$1\r\nv\r\n', '*1\r\n$1\r\nv\r\n'],
  [new RespAttributed(new Map(), new RespPush([])), '|0\r\n>0\r\n', '*0\r\n'],
]

describe('encodeValue', () => {
  it.each(values)('writes %o in RESP3, and by default', (value, resp3) => {
    expect(encodeValue(value, 3).toString()).toBe(resp3)
    expect(encodeValue(value).toString()).toBe(resp3)
  })

  it.each(values)('writes %o in RESP2 as well as RESP2 can', (value, _, resp2) => {
    expect(encodeValue(value, 2).toString()).toBe(resp2)
  })

  it('keeps bytes that are no text', () => {
    const bytes = Buffer.from([0, 255, 13, 10, 128])
    expect(encodeValue([bytes, 'x'])).toStrictEqual(
      Buffer.concat([Buffer.from('*2\r\n$5\r\n'), bytes, Buffer.from('\r\n$1\r\nx\r\n')]),
    )
  })

  it('refuses a push inside another value, which RESP2 takes as an array', () => {
    expect(() => encodeValue([new RespPush(['p'])])).toThrow(RangeError)
    expect(() => encodeValue(new RespPush([new RespPush([])]))).toThrow(RangeError)
    expect(encodeValue([new RespPush(['p'])], 2).toString()).toBe('*1\r\n*1\r\n$1\r\np\r\n')
  })

  it.each(['', 'tx', 'text', 'é!!'])('refuses a verbatim format %j that has not three bytes', format => {
    expect(() => encodeValue(new RespVerbatim(format, 'x'))).toThrow('must have three bytes')
  })
})

describe('encodeCommand', () => {
  it('writes an array of blobs', () => {
    const command = encodeCommand(['SET', 'kéy', Buffer.from([0xff]), 12, -1.5])
    const start = '*5\r\n$3\r\nSET\r\n$4\r\nkéy\r\n$1\r\n'
    const end = '\r\n$2\r\n12\r\n$4\r\n-1.5\r\n'
    expect(command).toStrictEqual(Buffer.concat([Buffer.from(start), Buffer.from([0xff]), Buffer.from(end)]))
  })
})

describe('encodeSimple', () => {
  it('writes a simple string', () => {
    expect(encodeSimple('OK').toString()).toBe('+OK\r\n')
  })

  it.each(['a\r', 'a\nb'])('refuses %j, which has a line break', text => {
    expect(() => encodeSimple(text)).toThrow(RangeError)
  })
})

describe('pushFrame', () => {
  it('writes its elements as a push', () => {
    expect(pushFrame(['MOVING', 0, 15, null]).toString()).toBe('>4\r\n$6\r\nMOVING\r\n:0\r\n:15\r\n_\r\n')
  })
})
