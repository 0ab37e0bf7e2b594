import { describe, expect, it } from 'vitest'
import { type CaptureEntry, notificationsIn, playCapture } from '../../../src/capture/index.js'
import { conversationsIn } from '../../../src/capture/play/conversation.js'
import { fallbackAnswer } from '../../../src/capture/play/fallback-answers.js'
import { movedHere } from '../../../src/capture/play/moved-here.js'
import { createVirtualClock } from '../../../src/testing/virtual-clock.js'
import { encodeCommand, encodeSimple, pushFrame } from '../../../src/wire/encoder.js'

const MOVING = pushFrame(['MOVING', 7, 15, '10.0.0.2:6379'])
const HEADER = { version: 1, startedAt: 1_000, by: 'test', what: 'test', redacted: true }

function server(at: number, bytes: Buffer, connection = 1): CaptureEntry {
  return { type: 'data', at, connection, from: 'server', bytes }
}

function client(at: number, ...words: readonly string[]): CaptureEntry {
  return { type: 'data', at, connection: 1, from: 'client', bytes: encodeCommand(words) }
}

describe('a capture on a clock', () => {
  const entries = [server(500, MOVING), server(600, MOVING), server(1_500, MOVING)]

  it.each([
    [1, [0, 100, 1_000]],
    [10, [0, 10, 100]],
    [Number.POSITIVE_INFINITY, [0, 0, 0]],
  ])('is played %d times as fast as it was recorded, from its first entry on', async (speed, expected) => {
    const clock = createVirtualClock()
    const playedAt: number[] = []
    const { ended } = playCapture(entries, { clock, speed, onEntry: () => void playedAt.push(clock.now()) })
    clock.advanceTo(2_000)
    await ended
    expect(playedAt).toEqual(expected)
  })

  it('is played no further once it was stopped', async () => {
    const clock = createVirtualClock()
    const played: CaptureEntry[] = []
    const playing = playCapture(entries, { clock, onEntry: entry => void played.push(entry) })
    clock.advanceTo(200)
    playing.stop()
    clock.advanceTo(2_000)
    await playing.ended
    expect(played).toHaveLength(2)
    expect(clock.pending).toBe(0)
  })
})

describe('the notifications of a capture', () => {
  it('are found on every connection, whatever the pieces are', () => {
    const entries = [server(1, MOVING.subarray(0, 9)), server(2, MOVING, 2), server(3, MOVING.subarray(9))]
    const found = notificationsIn({ header: HEADER, entries })
    expect(found.map(({ at, connection, result }) => ({ at, connection, outcome: result.outcome }))).toEqual([
      { at: 2, connection: 2, outcome: 'accepted' },
      { at: 3, connection: 1, outcome: 'accepted' },
    ])
    expect(found[0]?.result).toMatchObject({ notification: { type: 'moving', sequence: 7, receivedAt: 1_002 } })
  })

  it('are also those of Azure, and no messages of the application', () => {
    const azure = pushFrame(['message', 'AzureRedisEvents', 'NotificationType|NodeMaintenanceStarting'])
    const entries = [server(1, azure), server(2, pushFrame(['message', 'news', 'text']))]
    const types = notificationsIn({ header: HEADER, entries }).map(({ result }) => result)
    expect(types).toMatchObject([{ notification: { type: 'azure-starting' } }])
  })
})

describe('a connection of a capture', () => {
  it('has the answers by command, and what the server did of itself by time', () => {
    const [conversation] = conversationsIn([
      { type: 'opened', at: 0, connection: 1, server: 'a:1' },
      client(1, 'hello', '3'),
      client(1, 'CLIENT', 'MAINT_NOTIFICATIONS', 'ON'),
      server(2, Buffer.concat([encodeSimple('HELLO'), encodeSimple('OK')])),
      client(3, 'SUBSCRIBE', 'xxxx'),
      server(4, pushFrame(['subscribe', 'xxxx', 1])),
      client(5, 'GET', 'xxx'),
      server(6, Buffer.concat([MOVING, encodeSimple('one')])),
      client(7, 'GET', 'xxx'),
      server(8, encodeSimple('two')),
      { type: 'closed', at: 9, connection: 1, by: 'server' },
    ])
    expect(conversation).toEqual({
      answers: new Map([
        ['HELLO 3', [encodeSimple('HELLO')]],
        ['CLIENT MAINT_NOTIFICATIONS', [encodeSimple('OK')]],
        ['GET', [encodeSimple('one'), encodeSimple('two')]],
      ]),
      acts: [
        { afterMs: 4, push: MOVING },
        { afterMs: 7, push: undefined },
      ],
      optsIn: true,
      hasRequests: true,
    })
  })

  it('has no answers behind what was omitted', () => {
    const [conversation] = conversationsIn([
      client(1, 'GET', 'a'),
      { type: 'omitted', at: 2, connection: 1, from: 'server', count: 5, reason: 'too-long' },
      client(3, 'GET', 'a'),
      server(4, encodeSimple('other')),
    ])
    expect(conversation?.answers.size).toBe(0)
  })
})

describe('what a capture does not hold', () => {
  const served = { id: 5, protocol: 3 as const }

  it.each([
    [['PING'], '+PONG\r\n'],
    [['ping', 'you'], '$3\r\nyou\r\n'],
    [['CLIENT', 'ID'], ':5\r\n'],
    [['CLIENT', 'SETINFO', 'LIB-VER', '1'], '+OK\r\n'],
    [['SELECT', '1'], '+OK\r\n'],
    [['SUBSCRIBE', 'a', 'b'], '>3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n>3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n'],
    [['GET', 'key'], '-ERR The capture has no answer to GET\r\n'],
    [['G\r\nT'], '-ERR The capture has no answer to that\r\n'],
  ])('is answered to %j with what a server says about itself, or an error', (words, answer) => {
    expect(fallbackAnswer(words, served).toString()).toBe(answer)
  })
})

describe('a recorded MOVING', () => {
  const here = { host: '127.0.0.1', port: 7_000 }

  it('leads to the player, as the place that it names may be in use', () => {
    expect(movedHere(MOVING, here)).toEqual(pushFrame(['MOVING', 7, 15, '127.0.0.1:7000']))
  })

  it.each([[pushFrame(['MOVING', 7, 15, null])], [pushFrame(['MIGRATED', 7, '["1"]'])]])(
    'is otherwise left as it is: %s',
    push => {
      expect(movedHere(push, here)).toBe(push)
    },
  )
})
