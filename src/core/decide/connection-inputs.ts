import { beginMove, dialNext } from './begin-handoff.js'
import type { Draft } from './draft.js'
import { nextGeneration, servingGeneration } from './draft.js'
import { abandonHandoff, completeHandoff, failAttempt, fence, leaveHandoff } from './handoff-steps.js'
import { dropHolds } from './maintenance-windows.js'
import { forgetWritesHeld } from './paused-writes.js'
import type { Generation, Move } from './phase.js'
import { askStrategy } from './reconnect.js'
import { settleSeen } from './seen-events.js'

/** The user wants to be connected. */
export function onConnect(draft: Draft): void {
  const { state } = draft.slot.phase
  if (state === 'idle' || state === 'closed') dialConnect(draft, 0)
}

/** A generation is connected and prepared. */
export function onDialled(draft: Draft, generation: Generation): void {
  const { phase } = draft.slot
  if (generation !== nextGeneration(phase)) return draft.do({ type: 'discard', generation })
  if (phase.state === 'preparing') return fence(draft, phase)
  if (phase.state !== 'connecting' && phase.state !== 'pausing') return
  settleCarried(draft, 'done')
  draft.enter({ state: 'serving', current: generation })
  draft.do(
    { type: 'cancel', timer: 'reconnect' },
    { type: 'serve', generation, after: 'connect' },
    { type: 'announce', event: 'connected' },
  )
  if (phase.state === 'connecting' && phase.order !== undefined) beginMove(draft, generation, phase.order)
}

/** A generation could not be connected or prepared. */
export function onDialFailed(draft: Draft, generation: Generation, error: unknown): void {
  const { phase } = draft.slot
  if (generation !== nextGeneration(phase)) return
  if (phase.state === 'preparing') return failAttempt(draft, phase, error)
  settleCarried(draft, 'failed')
  draft.update({ loan: undefined })
  // Should the strategy not have answered yet, its answer starts a dial of its own.
  if (phase.state === 'pausing') return draft.enter({ ...phase, next: undefined, event: undefined })
  if (phase.state !== 'connecting') return
  askStrategy(draft, { retries: phase.retries, cause: error, immediate: false, next: undefined, event: undefined })
}

/** A connection broke. */
export function onLost(draft: Draft, generation: Generation, cause: unknown): void {
  const { phase } = draft.slot
  if (phase.state === 'fencing' && generation === phase.current) return completeHandoff(draft, phase, false)
  if (phase.state === 'fencing' && generation === phase.next) return failAttempt(draft, phase, cause)
  if (generation !== servingGeneration(phase)) return
  // A dial for the hand-off is already the reconnect: it goes on under that name.
  const [next, event] = phase.state === 'preparing' ? [phase.next, phase.move.identity] : []
  if (phase.state === 'preparing') leaveHandoff(draft, phase)
  else abandonHandoff(draft, 'connection-lost')
  if (phase.state === 'waiting') lendUntried(draft, phase.move)
  askStrategy(draft, { retries: 0, cause, immediate: true, next, event })
}

/** A target that only waited for its turn is where the reconnect finds the database. */
function lendUntried(draft: Draft, { endpoint, attempts, deadlineAt }: Move): void {
  if (endpoint !== null && attempts === 0) draft.update({ loan: { endpoint, endsAt: deadlineAt } })
}

/** The strategy allows another attempt. */
export function onRetry(draft: Draft, afterMs: number): void {
  const { phase } = draft.slot
  if (phase.state !== 'pausing') return
  draft.do({ type: 'announce-error', error: phase.cause })
  const retries = phase.retries + 1
  if (phase.immediate) {
    draft.do({ type: 'announce', event: 'reconnecting' })
    const { next, event } = phase
    if (next === undefined) dialConnect(draft, retries)
    else draft.enter({ state: 'connecting', next, retries, event, order: undefined })
  } else {
    draft.enter({ ...phase, retries })
    draft.do({ type: 'schedule', timer: 'reconnect', afterMs })
  }
}

/** The strategy forbids further attempts. */
export function onGiveUp(draft: Draft, error: unknown): void {
  const { phase } = draft.slot
  if (phase.state !== 'pausing') return
  if (phase.next !== undefined) draft.do({ type: 'discard', generation: phase.next })
  settleCarried(draft, 'failed')
  draft.enter({ state: 'idle' })
  draft.do({ type: 'terminate', error, cause: phase.cause })
}

/** A pause is over. */
export function onDue(draft: Draft, timer: 'handoff' | 'reconnect'): void {
  const { phase } = draft.slot
  if (timer === 'handoff' && phase.state === 'waiting') dialNext(draft, phase.current, phase.move)
  if (timer === 'reconnect' && phase.state === 'pausing') {
    draft.do({ type: 'announce', event: 'reconnecting' })
    dialConnect(draft, phase.retries)
  }
}

/** Ends every timer and every connection that does not serve; the host closes the one that does. */
export function onClose(draft: Draft): void {
  const { phase } = draft.slot
  const next = 'move' in phase ? undefined : nextGeneration(phase)
  abandonHandoff(draft, 'closed')
  if (next !== undefined) draft.do({ type: 'discard', generation: next })
  settleCarried(draft, 'failed')
  dropHolds(draft)
  forgetWritesHeld(draft)
  draft.enter({ state: 'closed' })
  draft.do(
    { type: 'cancel', timer: 'handoff' },
    { type: 'cancel', timer: 'reconnect' },
    { type: 'cancel', timer: 'holds' },
  )
}

/** The dial of a hand-off went on as a reconnect: its outcome is the event's. */
function settleCarried(draft: Draft, handling: 'done' | 'failed'): void {
  const { phase, registry } = draft.slot
  if (!('event' in phase) || phase.event === undefined) return
  draft.update({ registry: settleSeen(registry, phase.event, handling) })
}

function dialConnect(draft: Draft, retries: number): void {
  const { loan } = draft.slot
  const borrowed = loan !== undefined && loan.endsAt > draft.now ? loan.endpoint : null
  const generation = draft.newGeneration()
  draft.enter({ state: 'connecting', next: generation, retries, event: undefined, order: undefined })
  draft.do({
    type: 'dial',
    generation,
    endpoint: borrowed,
    purpose: 'connect',
    withinMs: undefined,
    event: undefined,
    requirePrimary: false,
    avoidCurrent: false,
    urgent: false,
  })
}
