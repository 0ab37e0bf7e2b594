import type { Draft } from '../draft.js'
import type { Input } from '../link-state.js'
import type { AwaitingReleaseState, PreparingState } from '../phase.js'
import { HANDOFF_PROFILES } from './handoff-profile.js'
import { attemptEndsAt, fence } from './handoff-steps.js'

/** How long a hand-off waits for the end of a transaction, in milliseconds. */
const TIED_MS = 500

/** The part of an attempt's time that is kept for the fence while a pooled client is checked out, in milliseconds. */
const FENCE_RESERVE_MS = 250

/**
 * The next connection is ready. Waits until the application needs the current one no longer: first until it has
 * returned the client to its pool, then until it has ended what ties it to the connection. Where the connection is of
 * no use to the application, there is no wait.
 */
export function awaitRelease(draft: Draft, phase: PreparingState): void {
  if (HANDOFF_PROFILES[phase.move.reason].urgent) return fence(draft, phase)
  const endsAt = attemptEndsAt(phase.move, draft.now) - FENCE_RESERVE_MS
  waitUntil(draft, { ...phase, until: 'returned' }, Math.max(endsAt - draft.now, 0))
}

/** The application has released a connection, in the way that was asked for. */
export function onReleased(
  draft: Draft,
  { connection, next, until }: Omit<Extract<Input, { type: 'released' }>, 'type'>,
): void {
  const { phase } = draft.link
  if (phase.state !== 'awaiting-release' || phase.until !== until) return
  if (phase.current !== connection || phase.next !== next) return
  draft.do({ type: 'cancel', timer: 'handoff' })
  goOn(draft, phase)
}

/** Continues a hand-off, whether or not the application has released the connection. */
export function goOn(draft: Draft, phase: AwaitingReleaseState): void {
  if (phase.until === 'returned') waitUntil(draft, { ...phase, until: 'untied' }, TIED_MS)
  else fence(draft, phase)
}

function waitUntil(draft: Draft, phase: Omit<AwaitingReleaseState, 'state'>, afterMs: number): void {
  const { current, next, move, until } = phase
  draft.enter({ state: 'awaiting-release', current, next, move, until })
  draft.do({ type: 'schedule', timer: 'handoff', afterMs }, { type: 'await-release', connection: current, next, until })
}
