import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AzureReaction, reactTo } from '../../src/core/azure/azure-reactions.js'
import { NO_AZURE_MAINTENANCE } from '../../src/core/azure/azure-state.js'
import { decodeAzureMessage } from '../../src/notifications/azure-message.js'

const REACTIONS = { relax: true, pauseWrites: true, reconnect: true, refresh: true } as const
const TYPES = ['Scheduled', 'Starting', 'Start', 'FailoverComplete', 'Ended', 'ScaleComplete', 'Else'] as const
const LONGEST_HOLD_MS = 180_000

const message = fc.record({
  afterMs: fc.nat(10_000),
  type: fc.constantFrom(...TYPES),
  start: fc.constantFrom('', '2026-10-20T16:30:00', '2099-01-01T00:00:00', 'soon'),
  replica: fc.constantFrom('True', 'False', ''),
  port: fc.nat(200),
})

const messages = fc.array(message, { maxLength: 200 })
type Message = typeof message extends fc.Arbitrary<infer T> ? T : never

/** What all of them lead to, each with its time, and what is remembered after the last. */
function play(told: readonly Message[]) {
  let state = NO_AZURE_MAINTENANCE
  let now = 0
  const log: (readonly [number, AzureReaction])[] = []
  for (const { afterMs, type, start, replica, port } of told) {
    now += afterMs
    const text = `NotificationType|NodeMaintenance${type}|StartTimeInUTC|${start}|IsReplica|${replica}|SSLPort|${port}`
    const result = decodeAzureMessage(text, now)
    if (result.outcome === 'rejected') throw new Error(result.reason)
    const at = now
    const decision = reactTo(state, result.notification, {
      now,
      epochMs: 1_790_000_000_000 + now,
      reactions: REACTIONS,
    })
    state = decision.state
    log.push(...decision.reactions.map(reaction => [at, reaction] as const))
  }
  return { state, log, now }
}

test('no relaxation or pause lasts longer than its bound, whatever comes in whatever order', () => {
  fc.assert(
    fc.property(messages, told => {
      const relaxations = play(told).log.flatMap(([, reaction]) => ('forMs' in reaction ? [reaction] : []))
      expect(relaxations.filter(({ forMs }) => !(forMs > 0 && forMs <= LONGEST_HOLD_MS))).toEqual([])
    }),
  )
})

test('writes never wait longer than 30 s in one go, and are only let go while they wait', () => {
  fc.assert(
    fc.property(messages, told => {
      let endsAt = 0
      for (const [at, { type }] of play(told).log) {
        if (type === 'pause-writes') {
          expect(at).toBeGreaterThanOrEqual(endsAt)
          endsAt = at + 30_000
        }
        if (type === 'resume-writes') {
          expect(at).toBeLessThan(endsAt)
          endsAt = at
        }
      }
    }),
  )
})

test('little is remembered, and nothing for long', () => {
  fc.assert(
    fc.property(messages, told => {
      const { state } = play(told)
      expect([state.seen, state.relaxations, state.ended].filter(({ size }) => size > 64)).toEqual([])
      const later = play([...told, { afterMs: LONGEST_HOLD_MS, type: 'Scheduled', start: '', replica: '', port: 1 }])
      expect(later.state).toEqual({ ...NO_AZURE_MAINTENANCE, seen: later.state.seen })
      expect(later.state.seen.size).toBe(1)
    }),
  )
})
