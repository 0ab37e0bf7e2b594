import { describe, expect, it } from 'vitest'
import { decodePush } from '../../../src/notifications/decode.js'
import type { Announcement, Numbering } from '../../../src/simulator/announcements/announcement.js'
import { toFrame } from '../../../src/simulator/announcements/frames.js'
import { PushTap } from '../../../src/wire/push-tap.js'

const [source, target] = [
  { host: '10.129.228.140', port: 13_486 },
  { host: '10.252.90.18', port: 13_486 },
]

function frame(announcement: Numbering<Announcement>, leftMs = 0): Buffer {
  return toFrame(announcement, { endpointType: 'external-ip', leftMs })
}

/** The frames as a real server sent them, with CRLF as spaces. */
const CAPTURES: readonly (readonly [Numbering<Announcement>, number, string])[] = [
  [
    { type: 'slots-migrating', sequence: 18, slots: [{ from: 8892, to: 8991 }] },
    0,
    '>3 $10 SMIGRATING :18 $9 8892-8991 ',
  ],
  [
    { type: 'slots-migrated', sequence: 19, moves: [{ source, target, slots: [{ from: 8892, to: 8991 }] }] },
    0,
    '>3 $9 SMIGRATED :19 *1 *3 $20 10.129.228.140:13486 $18 10.252.90.18:13486 $9 8892-8991 ',
  ],
  [{ type: 'moving', sequence: 0, graceMs: 15_000, endpoint: null }, 15_000, '>4 $6 MOVING :0 :15 _ '],
  [{ type: 'migrating', sequence: 0, graceMs: 2_000, shards: ['27'] }, 2_000, '>4 $9 MIGRATING :0 :2 $6 ["27"] '],
  [{ type: 'migrated', sequence: 1, shards: ['27'] }, 0, '>3 $8 MIGRATED :1 $6 ["27"] '],
  [
    { type: 'failing-over', sequence: 0, graceMs: 2_000, shards: ['21'] },
    2_000,
    '>4 $12 FAILING_OVER :0 :2 $6 ["21"] ',
  ],
  [{ type: 'failed-over', sequence: 1, shards: ['21'] }, 0, '>3 $11 FAILED_OVER :1 $6 ["21"] '],
]

describe('the frames of announcements', () => {
  it.each(CAPTURES)('are those that a real server sends, for %j', (announcement, leftMs, expected) => {
    expect(frame(announcement, leftMs).toString().replaceAll('\r\n', ' ')).toBe(expected)
  })

  it.each(CAPTURES)('decode to what was announced, for %j', (announcement, leftMs) => {
    const [push] = new PushTap().feed(frame(announcement, leftMs))
    const decoded = decodePush(push?.items ?? [], 0)
    expect(decoded).toMatchObject({
      outcome: 'accepted',
      notification: { type: announcement.type, sequence: announcement.sequence },
    })
  })

  it('round seconds up, and never announce a negative rest', () => {
    const moving = { type: 'moving', sequence: 1, graceMs: 1_500, endpoint: 'host:1' } as const
    expect(frame(moving, 1_500).toString()).toContain(':2\r\n')
    expect(frame(moving, -3).toString()).toContain(':0\r\n')
  })

  it('print single slots, ranges and IPv6 endpoints', () => {
    const moves = [
      {
        source: { host: '::1', port: 7000 },
        target,
        slots: [
          { from: 1, to: 1 },
          { from: 5, to: 9 },
        ],
      },
    ]
    const text = frame({ type: 'slots-migrated', sequence: 1, moves }).toString()
    expect(text).toContain('[::1]:7000')
    expect(text).toContain('1,5-9')
  })
})
