import { isHitlessError } from '../../../base/errors.js'
import type { HandoffFailed } from '../../events/handoff-events.js'
import type { Draft } from '../draft.js'
import {
  type AwaitingReleaseState,
  type FencingState,
  type Move,
  type PreparingState,
  pausesCommands,
} from '../phase.js'
import { askStrategy } from '../reconnect.js'
import { releaseRelaxations } from '../windows/maintenance-windows.js'
import { resumeWrites } from '../windows/paused-writes.js'
import { settleSeen } from '../windows/seen-events.js'
import { HANDOFF_PROFILES, pauseMs } from './handoff-profile.js'
import { lastResortAt, leadsToNamed, reopen, stopWaiting, targetOf, wait } from './handoff-steps.js'

/**
 * An attempt failed: tries again within the deadline, then dials the configured endpoint, then stays until the server
 * closes. A connection that is still unresponsive then is given up.
 */
export function failAttempt(
  draft: Draft,
  phase: PreparingState | AwaitingReleaseState | FencingState,
  error: unknown,
): void {
  const { current } = phase
  const move = afterFailure(phase.move)
  const fail = (followedBy: HandoffFailed['followedBy']): void => tellFailed(draft, phase, { error, followedBy })
  stopWaiting(draft)
  if (pausesCommands(phase)) reopen(draft, current)
  if (canRetry(draft, move)) {
    const { afterMs, followedBy } = nextTry(draft, phase.move)
    wait(draft, current, move, afterMs)
    fail(followedBy)
  } else if (hasLastResort(draft, move)) {
    wait(draft, current, { ...move, fallingBack: true }, Math.max(lastResortAt(move) - draft.now, 0))
    fail('configured-endpoint')
  } else if (move.reason === 'unresponsive') {
    fail('nothing')
    draft.do({ type: 'drain', connection: current, withinMs: undefined })
    askStrategy(draft, { retries: 0, cause: error, immediate: false, next: undefined, event: undefined })
  } else {
    draft.enter({ state: 'serving', current })
    draft.update({ registry: settleSeen(draft.link.registry, move.identity, 'failed') })
    fail('nothing')
    if (move.reason !== 'moving') releaseRelaxations(draft, [move.identity])
    resumeWrites(draft, 'not-writable')
    // What the writes waited for did not happen.
    if (move.reason === 'failover') resumeWrites(draft, 'announced')
  }
}

/** Tells of an attempt that failed, and gives up its connection where that will end soon. */
function tellFailed(
  draft: Draft,
  { current, move }: PreparingState | AwaitingReleaseState | FencingState,
  { error, followedBy }: Pick<HandoffFailed, 'error' | 'followedBy'>,
): void {
  const { reason, attempts, receivedAt } = move
  const [to, durationMs, steps] = [targetOf(move), draft.now - receivedAt, draft.steps]
  draft.emit('handoff:failed', { reason, to, error, durationMs, attempts, followedBy, steps })
  if (isGivenUp(move, followedBy, error)) draft.do({ type: 'give-up', connection: current })
}

/**
 * Whether the connection will end soon after its hand-off failed. Where the queue is full, its turn does not come in
 * time.
 */
function isGivenUp({ reason }: Move, followedBy: HandoffFailed['followedBy'], error: unknown): boolean {
  if (!HANDOFF_PROFILES[reason].isDoomed || followedBy === 'retry') return false
  return followedBy === 'nothing' || isHitlessError(error, 'HANDOFF_QUEUE_FULL')
}

/** When the next attempt is made, and where: after a place that a replica has named, the configured one is tried at once. */
function nextTry({ policy }: Draft, failed: Move): Pick<HandoffFailed, 'followedBy'> & { readonly afterMs: number } {
  if (leadsToNamed(failed)) return { afterMs: 0, followedBy: 'configured-endpoint' }
  return { afterMs: pauseMs(failed.reason, failed.attempts, policy), followedBy: 'retry' }
}

/** Whether the configured endpoint is left to be tried. A search for a primary has done so. */
function hasLastResort({ now }: Draft, { reason, fallingBack, route, deadlineAt }: Move): boolean {
  return reason !== 'not-writable' && !fallingBack && route.type === 'endpoint' && now < deadlineAt
}

function canRetry({ policy, now }: Draft, move: Move): boolean {
  const at = now + pauseMs(move.reason, move.attempts, policy)
  if (HANDOFF_PROFILES[move.reason].persists) return at < move.deadlineAt
  return !move.fallingBack && move.attempts <= policy.handoffRetries && at < lastResortAt(move)
}

/** A primary that a replica has named may be none yet, or not be reached from here: it is tried in turn with the configured endpoint. */
function afterFailure(move: Move): Move {
  const takesTurns = move.reason === 'not-writable' && move.route.type === 'endpoint'
  return { ...move, holdsCommands: false, fallingBack: takesTurns ? !move.fallingBack : move.fallingBack }
}
