import { assertNever } from '../../base/assert-never.js'
import {
  onClose,
  onConnect,
  onDialFailed,
  onDialled,
  onDue,
  onLost,
  onRetry,
  onStopReconnecting,
} from './connection-inputs.js'
import { Draft } from './draft.js'
import { onEffectFailed, reportFailure } from './effect-failed.js'
import { onFenced } from './handoff/handoff-steps.js'
import { onAddressMoved, onHandoffWanted, onRecovered } from './handoff/leave-connection.js'
import { onProbed, onStoodStill } from './handoff/probe.js'
import { onReleased } from './handoff/release.js'
import type { Decision, Input, LinkState, Policy, TimerName } from './link-state.js'
import { expireWindows, relaxFor, releaseRelaxations } from './windows/maintenance-windows.js'
import { settle } from './windows/notification-outcome.js'
import { pauseWritesFor, resumeWrites } from './windows/paused-writes.js'
import { onNotification } from './windows/received-notification.js'

/** When a decision is made, and by which numbers. */
export interface Circumstances {
  /** Clock milliseconds. */
  readonly now: number
  readonly policy: Policy
}

/**
 * Decides what an input means for a link. It is pure: the same arguments always give the same decision, and it performs
 * nothing.
 *
 * Inputs of a connection that was left already change nothing.
 */
export function reduce(link: LinkState, input: Input, { now, policy }: Circumstances): Decision {
  const draft = new Draft(link, now, policy)
  if (link.phase.state === 'closed') dispatchClosed(draft, input)
  else dispatch(draft, input)
  return draft.finish()
}

/** A closed link can be connected again; everything else comes too late. */
function dispatchClosed(draft: Draft, input: Input): void {
  if (input.type === 'connect') onConnect(draft)
  else if (input.type === 'dialled') draft.do({ type: 'discard', connection: input.connection })
  else if (input.type === 'notification') settle(draft, { ...input, ignored: 'stale' })
  else if (input.type === 'effect-failed') reportFailure(draft, input.effect, input.error)
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a table of all inputs, one line each
function dispatch(draft: Draft, input: Input): void {
  switch (input.type) {
    case 'connect':
      return onConnect(draft)
    case 'dialled':
      return onDialled(draft, input.connection)
    case 'dial-failed':
      return onDialFailed(draft, input.connection, input.error)
    case 'lost':
      return onLost(draft, input.connection, { cause: input.cause, immediate: true })
    case 'released':
      return onReleased(draft, input)
    case 'fenced':
      return onFenced(draft, input)
    case 'retry':
      return onRetry(draft, input)
    case 'stop-reconnecting':
      return onStopReconnecting(draft, input.error)
    case 'notification':
      return onNotification(draft, input)
    case 'due':
      return onTimer(draft, input.timer)
    case 'close':
      return onClose(draft)
    case 'hand-off':
      return onHandoffWanted(draft, input)
    case 'recovered':
      return onRecovered(draft, input.connection)
    case 'stood-still':
      return onStoodStill(draft, input.connection)
    case 'probed':
      return onProbed(draft, input.connection, input.answered)
    case 'address-moved':
      return onAddressMoved(draft, input.connection)
    case 'relax':
      return relaxFor(draft, input.key, input.forMs)
    case 'end-relaxation':
      return releaseRelaxations(draft, [input.key])
    case 'pause-writes':
      return pauseWritesFor(draft, input.forMs)
    case 'resume-writes':
      return resumeWrites(draft, 'announced')
    case 'effect-failed':
      return onEffectFailed(draft, input.effect, input.error)
    default:
      return assertNever(input)
  }
}

function onTimer(draft: Draft, timer: TimerName): void {
  if (timer === 'relaxations') expireWindows(draft)
  else if (timer === 'writes') resumeWrites(draft, 'announced')
  else onDue(draft, timer)
}
