import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Redactor } from '../../../src/capture/redaction/redactor.js'
import { RespDecoder } from '../../../src/wire/decode/decoder.js'
import { encodeCommand, encodeValue } from '../../../src/wire/encoder.js'
import { RespError, RespPush, type RespValue } from '../../../src/wire/value.js'

function maskRequest(...words: readonly string[]): unknown {
  return decode(new Redactor('client').feed(encodeCommand(words)))
}

function maskReply(value: RespValue): unknown {
  return decode(new Redactor('server').feed(encodeValue(value)))
}

function decode(shown: readonly object[]): unknown {
  const bytes = shown.map(piece => ('bytes' in piece ? (piece.bytes as Buffer) : expect.unreachable()))
  const [value] = new RespDecoder().feed(Buffer.concat(bytes))
  return value
}

describe('what a client sends', () => {
  it.each([
    [
      ['SET', 'user:1', 'secret', 'EX', '60'],
      ['SET', 'xxxxxx', 'xxxxxx', 'xx', 'xx'],
    ],
    [
      ['get', 'user:1'],
      ['get', 'xxxxxx'],
    ],
    [
      ['AUTH', 'ann', 'pa55'],
      ['AUTH', 'xxx', 'xxxx'],
    ],
    [
      ['HELLO', '3', 'AUTH', 'ann', 'pa55', 'SETNAME', 'app'],
      ['HELLO', '3', 'AUTH', 'xxx', 'xxxx', 'SETNAME', 'xxx'],
    ],
    [
      ['HELLO', '3', 'AUTH', 'AUTH', 'SETNAME'],
      ['HELLO', '3', 'AUTH', 'xxxx', 'xxxxxxx'],
    ],
    [
      ['SUBSCRIBE', 'news'],
      ['SUBSCRIBE', 'xxxx'],
    ],
    [
      ['SUBSCRIBE', 'AzureRedisEvents'],
      ['SUBSCRIBE', 'AzureRedisEvents'],
    ],
    [
      ['CLIENT', 'SETNAME', 'app'],
      ['CLIENT', 'SETNAME', 'xxx'],
    ],
    [
      ['CLIENT', 'SETINFO', 'LIB-NAME', 'node-redis'],
      ['CLIENT', 'SETINFO', 'LIB-NAME', 'node-redis'],
    ],
    [
      ['CLIENT', 'MAINT_NOTIFICATIONS', 'ON', 'moving-endpoint-type', 'none'],
      ['CLIENT', 'MAINT_NOTIFICATIONS', 'ON', 'moving-endpoint-type', 'none'],
    ],
    [
      ['CLIENT', 'TRACKING', 'ON', 'BCAST', 'PREFIX', 'user:'],
      ['CLIENT', 'TRACKING', 'ON', 'BCAST', 'PREFIX', 'xxxxx'],
    ],
    [
      ['CONFIG', 'SET', 'requirepass', 'pa55'],
      ['CONFIG', 'SET', 'xxxxxxxxxxx', 'xxxx'],
    ],
    [
      ['secret with spaces', 'x'],
      ['xxxxxxxxxxxxxxxxxx', 'x'],
    ],
  ])('%j becomes %j', (words, expected) => {
    expect(maskRequest(...words)).toEqual(expected)
  })
})

describe('what a server sends', () => {
  it.each<readonly [RespValue, RespValue]>([
    ['value', 'xxxxx'],
    [1_234, 1_111],
    [-5.25, -1.11],
    [null, null],
    [true, true],
    [
      ['a', ['bc', 7]],
      ['x', ['xx', 1]],
    ],
    [new Map<RespValue, RespValue>([['field', 'value']]), new Map<RespValue, RespValue>([['xxxxx', 'xxxxx']])],
    [new RespError('ERR no such key as user:1'), new RespError('ERR xx xxxx xxx xx xxxxxx')],
    [new RespError('MOVED 3999 10.0.0.1:6379'), new RespError('MOVED 3999 10.0.0.1:6379')],
    [new RespError('READONLY You cannot write'), new RespError('READONLY You cannot write')],
    [new RespPush(['message', 'news', 'text']), new RespPush(['message', 'xxxx', 'xxxx'])],
    [new RespPush(['message', 'news', 'AzureRedisEvents']), new RespPush(['message', 'xxxx', 'xxxxxxxxxxxxxxxx'])],
    [new RespPush(['subscribe', 'news', 3]), new RespPush(['subscribe', 'xxxx', 3])],
    [new RespPush(['SFUTURE', 'user:1', 3]), new RespPush(['SFUTURE', 'xxxxxx', 3])],
    [
      ['master', 100, []],
      ['master', 100, []],
    ],
    [
      ['master', 'of', 'puppets'],
      ['xxxxxx', 'xx', 'xxxxxxx'],
    ],
    [
      ['slave', '10.0.0.1', 6_379, 'connected', 5],
      ['slave', '10.0.0.1', 6_379, 'connected', 5],
    ],
    [[[0, 16_383, ['10.0.0.1', 6_379, 'id']]], [[0, 16_383, ['10.0.0.1', 6_379, 'id']]]],
    [[[0, 99_999, ['10.0.0.1', 6_379, 'id']]], [[1, 11_111, ['xxxxxxxx', 1_111, 'xx']]]],
  ])('%j becomes %j', (value, expected) => {
    expect(maskReply(value)).toEqual(expected)
  })

  it('says in the answer to HELLO what it is, and nothing else', () => {
    const hello = (extra: string) => {
      const fields = { server: 'redis', version: '8.0.0', proto: 3, id: 42, mode: 'standalone', role: 'master' }
      return new Map<RespValue, RespValue>([...Object.entries(fields), [extra, extra]])
    }
    expect(maskReply(hello('secret'))).toEqual(hello('xxxxxx'))
  })

  it('is kept where it is a message of Azure', () => {
    const push = new RespPush(['message', 'AzureRedisEvents', 'NotificationType|NodeMaintenanceStarting'])
    expect(maskReply(push)).toEqual(push)
  })

  const folder = new URL('../../../fixtures/captured/', import.meta.url)
  const captured = readdirSync(folder).filter(name => name.endsWith('.resp'))
  it.each(captured)('is kept where it is a notification: %s', name => {
    const bytes = readFileSync(new URL(name, folder))
    expect(new Redactor('server').feed(bytes)).toEqual([{ bytes }])
  })
})

describe('a redactor', () => {
  it('gives out whole frames, whatever the pieces are', () => {
    const redactor = new Redactor('client')
    const bytes = Buffer.concat([encodeCommand(['GET', 'ab']), encodeCommand(['GET', 'cd'])])
    const shown = Array.from(bytes, byte => redactor.feed(Buffer.of(byte))).flat()
    const masked = { bytes: encodeCommand(['GET', 'xx']) }
    expect(shown).toEqual([masked, masked])
  })

  it('leaves what it is given as it is', () => {
    const bytes = encodeCommand(['GET', 'ab'])
    new Redactor('client').feed(bytes)
    expect(bytes).toEqual(encodeCommand(['GET', 'ab']))
  })

  it('tells of what it cannot read by its length, from then on', () => {
    const redactor = new Redactor('client')
    expect(redactor.feed(Buffer.from('GET secret\r\n'))).toEqual([{ count: 12, reason: 'unreadable' }])
    expect(redactor.feed(encodeCommand(['PING']))).toEqual([{ count: 14, reason: 'unreadable' }])
  })

  it('tells of a frame beyond its limit by its length, and goes on behind it', () => {
    const redactor = new Redactor('client', 100)
    const long = encodeCommand(['SET', 'k', 'v'.repeat(500)])
    const shown = [long.subarray(0, 200), long.subarray(200), encodeCommand(['PING'])].flatMap(chunk =>
      redactor.feed(chunk),
    )
    expect(shown).toEqual([{ count: long.length, reason: 'too-long' }, { bytes: encodeCommand(['PING']) }])
  })
})
