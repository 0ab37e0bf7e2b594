import { assertNever } from '../../base/assert-never.js'
import { onNotification } from './announced.js'
import { onClose, onConnect, onDialFailed, onDialled, onDue, onGiveUp, onLost, onRetry } from './connection-inputs.js'
import { Draft } from './draft.js'
import { completeHandoff } from './handoff-steps.js'
import { onAddressMoved, onLeave, onRevived } from './leave-connection.js'
import type { Decision, Input, Policy, Slot, TimerName } from './link-state.js'
import { expireWindows, holdFor, releaseHolds } from './maintenance-windows.js'
import { holdWritesFor, releaseWrites } from './paused-writes.js'

type Wish = Extract<
  Input,
  { type: 'leave' | 'revived' | 'address-moved' | 'hold' | 'release' | 'hold-writes' | 'release-writes' }
>

/** When a decision is made, and by which numbers. */
export interface Circumstances {
  /** Clock milliseconds. */
  readonly now: number
  readonly policy: Policy
}

/**
 * Decides what an input means for a slot. Pure: the same arguments always give the same decision, and nothing is done.
 *
 * Inputs that come too late, of a generation already left, change nothing.
 */
export function reduce(slot: Slot, input: Input, { now, policy }: Circumstances): Decision {
  const draft = new Draft(slot, now, policy)
  if (slot.phase.state !== 'closed') dispatch(draft, input)
  else if (input.type === 'connect') onConnect(draft)
  else if (input.type === 'dialled') draft.do({ type: 'discard', generation: input.generation })
  return draft.finish()
}

function dispatch(draft: Draft, input: Input): void {
  switch (input.type) {
    case 'connect':
      return onConnect(draft)
    case 'dialled':
      return onDialled(draft, input.generation)
    case 'dial-failed':
      return onDialFailed(draft, input.generation, input.error)
    case 'lost':
      return onLost(draft, input.generation, input.cause)
    case 'fenced':
      return onFenced(draft, input)
    case 'retry':
      return onRetry(draft, input.afterMs)
    case 'give-up':
      return onGiveUp(draft, input.error)
    case 'notification':
      return onNotification(draft, input)
    case 'due':
      return onTimer(draft, input.timer)
    case 'close':
      return onClose(draft)
    default:
      return onWish(draft, input)
  }
}

/** What somebody wants who is not the server. */
function onWish(draft: Draft, input: Wish): void {
  switch (input.type) {
    case 'leave':
      return onLeave(draft, input)
    case 'revived':
      return onRevived(draft, input.generation)
    case 'address-moved':
      return onAddressMoved(draft, input.generation)
    case 'hold':
      return holdFor(draft, input.key, input.forMs)
    case 'release':
      return releaseHolds(draft, [input.key])
    case 'hold-writes':
      return holdWritesFor(draft, input.forMs)
    case 'release-writes':
      return releaseWrites(draft, 'announced')
    default:
      return assertNever(input)
  }
}

function onTimer(draft: Draft, timer: TimerName): void {
  if (timer === 'holds') expireWindows(draft)
  else if (timer === 'writes') releaseWrites(draft, 'announced')
  else onDue(draft, timer)
}

function onFenced(draft: Draft, { generation, next, drained }: Extract<Input, { type: 'fenced' }>): void {
  const { phase } = draft.slot
  // A fence that was given up proves nothing about what was sent after it.
  if (phase.state !== 'fencing' || phase.current !== generation || phase.next !== next) return
  completeHandoff(draft, phase, drained)
}
