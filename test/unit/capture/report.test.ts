import { describe, expect, it } from 'vitest'
import { type CaptureEntry, createReport } from '../../../src/capture/index.js'
import { describeCapture } from '../../../src/capture/report/describe-capture.js'
import { encodeCommand, encodeValue } from '../../../src/wire/encoder.js'
import { RespError, RespPush, type RespValue } from '../../../src/wire/value.js'

const HEADER = { version: 1, startedAt: 1_790_000_000_000, by: 'a test', what: 'window', redacted: true }
const TO_B = { type: 'endpoint', endpoint: { host: '10.0.0.2', port: 6_379 } }

const sent = (at: number, connection: number, ...words: string[]): CaptureEntry => ({
  type: 'data',
  at,
  connection,
  from: 'client',
  bytes: encodeCommand(words),
})
const answered = (at: number, connection: number, value: RespValue): CaptureEntry => ({
  type: 'data',
  at,
  connection,
  from: 'server',
  bytes: encodeValue(value, 3),
})
const told = (at: number, name: string, facts: object = {}): CaptureEntry => ({
  type: 'event',
  at,
  name,
  payload: { connection: { link: 7, id: 1 }, handoffId: '7.1', ...facts },
})
const step = (at: number, name: 'dial' | 'fence' | 'resume' | 'drain', id: number, waiting = 0): CaptureEntry => ({
  type: 'step',
  at,
  link: 7,
  step: name,
  id,
  waiting,
})

const WINDOW: readonly CaptureEntry[] = [
  { type: 'opened', at: 0, connection: 1, server: '10.0.0.1:6379', link: 7, id: 1 },
  sent(1, 1, 'CLIENT', 'SETINFO', 'x', 'y'),
  answered(2, 1, new RespError('ERR unknown')),
  sent(10, 1, 'GET', 'k'),
  answered(14, 1, 'v'),
  sent(20, 1, 'SET', 'k', 'v'),
  answered(21, 1, new RespError('READONLY no')),
  answered(100, 1, new RespPush(['MOVING', 1, 15, '10.0.0.2:6379'])),
  told(100, 'timeouts:relaxed', { cause: 'moving' }),
  told(101, 'handoff:started', { reason: 'moving', to: TO_B, graceMs: 15_000 }),
  step(101, 'dial', 2),
  told(105, 'handoff:failed', { error: { message: 'ECONNREFUSED' }, followedBy: 'retry' }),
  step(110, 'dial', 3),
  { type: 'opened', at: 110, connection: 2, server: '10.0.0.2:6379', link: 7, id: 3 },
  step(130, 'fence', 3),
  step(132, 'resume', 3, 5),
  step(132, 'drain', 1),
  told(132, 'handoff:completed', { reason: 'moving', to: TO_B, pausedMs: 2, attempts: 2 }),
  { type: 'closed', at: 140, connection: 1, by: 'server' },
  sent(150, 2, 'GET', 'k'),
  told(200, 'timeouts:restored'),
]

describe('a report', () => {
  const { clients, connections, totals } = describeCapture('file', { header: HEADER, entries: WINDOW })

  it('has each hand-off with its phases, the commands that waited, and how long they did', () => {
    expect(clients).toMatchObject([
      {
        link: 7,
        relaxations: [{ from: 100, to: 200, cause: 'moving' }],
        handoffs: [
          {
            id: '7.1',
            from: 101,
            to: 132,
            target: '10.0.0.2:6379',
            result: 'completed',
            pausedMs: 2,
            held: 5,
            attempts: 2,
            phases: [
              { name: 'prepare', from: 101, to: 105 },
              { name: 'prepare', from: 110, to: 130 },
              { name: 'fence', from: 130, to: 132 },
              { name: 'drain', from: 132, to: 140 },
            ],
          },
        ],
      },
    ])
  })

  it('has each connection with announcements, errors and latency', () => {
    expect(connections).toMatchObject([
      {
        connection: 1,
        from: 0,
        to: 140,
        closedBy: 'server',
        notifications: [{ at: 100, type: 'moving', text: 'moving to 10.0.0.2:6379 within 15 s' }],
        errors: [{ at: 21, text: 'SET · READONLY' }],
        refusals: 1,
        commands: 3,
        latency: { most: 4 },
      },
      { connection: 2, isClosed: false, commands: 1, answered: 0 },
    ])
  })

  it('sums it up', () => {
    expect(totals).toEqual({
      notifications: 1,
      handoffs: 1,
      completed: 1,
      longestPauseMs: 2,
      held: 5,
      commands: 4,
      answered: 3,
      errors: 1,
      lost: 1,
      p99Ms: 4,
      mostMs: 4,
    })
  })

  it('says of a hand-off without an end that it is unfinished, and of relaxed timeouts that they last', () => {
    const begun = describeCapture('file', { header: HEADER, entries: WINDOW.slice(0, 11) })
    expect(begun.clients).toMatchObject([{ relaxations: [{ to: 101 }], handoffs: [{ result: 'unfinished' }] }])
  })

  it('of a capture without decisions says so', () => {
    const page = createReport([{ name: 'file', capture: { header: HEADER, entries: WINDOW.slice(0, 8) } }])
    expect(page).toContain('what it decided is not known')
  })

  it('shows what stands in a capture as text, whatever it is', () => {
    const evil = '"><script>alert(1)</script>'
    const entries = [
      { type: 'opened', at: 0, connection: 1, server: evil } as const,
      told(1, 'handoff:started', { reason: evil, to: { endpoint: { host: evil, port: 1 } } }),
      told(2, 'handoff:failed', { error: { message: `\u202e${evil}` } }),
      told(3, 'timeouts:relaxed', { cause: evil }),
      told(4, 'command:refused', { command: evil }),
    ]
    const page = createReport([{ name: evil, capture: { header: { ...HEADER, what: evil, by: evil }, entries } }])
    expect(page).not.toContain('<script')
    expect(page).not.toContain('\u202e')
    expect(page).toContain('&quot;&gt;&lt;script&gt;')
  })
})
