import type { Draft } from './draft.js'
import { HANDOFF_PROFILES } from './handoff-profile.js'
import { attemptEndsAt, fence } from './handoff-steps.js'
import type { Input } from './link-state.js'
import type { AwaitingReleaseState, PreparingState } from './phase.js'

/** How long a hand-off waits for the end of a transaction, in milliseconds. */
const TIED_MS = 500

/** What is kept of an attempt's time for the fence while a pooled client is checked out, in milliseconds. */
const FENCE_RESERVE_MS = 250

/**
 * The next connection is ready: waits until the application is through with the current one, first until it has returned
 * it to its pool, then until it has ended what ties it to it. One that is of no use to it is not waited for.
 */
export function awaitRelease(draft: Draft, phase: PreparingState): void {
  if (HANDOFF_PROFILES[phase.move.reason].urgent) return fence(draft, phase)
  const endsAt = attemptEndsAt(phase.move, draft.now) - FENCE_RESERVE_MS
  waitUntil(draft, { ...phase, until: 'returned' }, Math.max(endsAt - draft.now, 0))
}

/** The application is through with a connection, as far as it was asked. */
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

/** Goes on with a hand-off, whether or not the application is through. */
export function goOn(draft: Draft, phase: AwaitingReleaseState): void {
  if (phase.until === 'returned') waitUntil(draft, { ...phase, until: 'untied' }, TIED_MS)
  else fence(draft, phase)
}

function waitUntil(draft: Draft, phase: Omit<AwaitingReleaseState, 'state'>, afterMs: number): void {
  const { current, next, move, until } = phase
  draft.enter({ state: 'awaiting-release', current, next, move, until })
  draft.do({ type: 'schedule', timer: 'handoff', afterMs }, { type: 'await-release', connection: current, next, until })
}
