import type { Draft } from '../draft.js'
import { currentConnection } from '../draft.js'
import { pausesCommands } from '../phase.js'

/** Lets writes wait while reads go on: the server refuses them, or is about to. */
export function pauseWrites(draft: Draft, cause: 'not-writable' | 'announced'): void {
  const { phase, writesPaused } = draft.link
  // While they wait for a fence, or nothing serves, they go to another connection anyway.
  if (currentConnection(phase) === undefined || phase.state === 'fencing') return
  if (writesPaused === 'not-writable' || writesPaused === cause) return
  if (draft.policy.dryRun === true) return draft.emit('action:withheld', { action: 'pause-writes', cause })
  draft.update({ writesPaused: cause })
  // The search for a primary has a bound of its own.
  if (writesPaused === 'announced') return draft.do({ type: 'cancel', timer: 'writes' })
  if (!pausesCommands(phase)) draft.do({ type: 'pause-writes' })
  draft.emit('writes:paused', { cause })
}

/** Lets writes wait for a limited time: an announcement says that they would fail. */
export function pauseWritesFor(draft: Draft, forMs: number): void {
  pauseWrites(draft, 'announced')
  if (draft.link.writesPaused === 'announced') draft.do({ type: 'schedule', timer: 'writes', afterMs: forMs })
}

/** Sends the writes that wait for a cause to the connection that serves. */
export function resumeWrites(draft: Draft, cause: 'not-writable' | 'announced'): void {
  const { phase, writesPaused } = draft.link
  const connection = currentConnection(phase)
  if (writesPaused !== cause || connection === undefined) return
  // A hand-off to the node that took over is under way. The old node would refuse them.
  if ('move' in phase && phase.move.reason === 'failover' && draft.now < phase.move.deadlineAt) {
    return draft.do({ type: 'schedule', timer: 'writes', afterMs: phase.move.deadlineAt - draft.now })
  }
  forgetPausedWrites(draft)
  // Writes that are refused now must not begin another search.
  if (cause === 'not-writable') draft.do({ type: 'search-settled', found: false })
  if (!pausesCommands(phase))
    draft.do({ type: 'resume', connection, after: cause === 'not-writable' ? 'unrecovered' : 'released' })
}

/** Writes no longer wait by themselves: the gate was opened, or all commands are paused. */
export function forgetPausedWrites(draft: Draft): void {
  const { writesPaused } = draft.link
  if (writesPaused === undefined) return
  draft.update({ writesPaused: undefined })
  if (writesPaused === 'announced') draft.do({ type: 'cancel', timer: 'writes' })
  draft.emit('writes:resumed', { cause: writesPaused })
}
