import type { Draft } from './draft.js'
import { servingGeneration } from './draft.js'

/** Lets writes wait while reads go on: the server refuses them, or is about to. */
export function holdWrites(draft: Draft, cause: 'demoted' | 'announced'): void {
  const { phase, writesHeld } = draft.slot
  // While the gate is held, or nothing serves, they wait anyway.
  if (servingGeneration(phase) === undefined || phase.state === 'fencing') return
  if (writesHeld === 'demoted' || writesHeld === cause) return
  draft.update({ writesHeld: cause })
  // The search for a primary has a bound of its own.
  if (writesHeld === 'announced') return draft.do({ type: 'cancel', timer: 'writes' })
  draft.do({ type: 'hold-writes' })
  draft.emit('writes:held', { cause })
}

/** Holds writes for a while: somebody announced that they would fail. */
export function holdWritesFor(draft: Draft, forMs: number): void {
  holdWrites(draft, 'announced')
  if (draft.slot.writesHeld === 'announced') draft.do({ type: 'schedule', timer: 'writes', afterMs: forMs })
}

/** Lets writes through that wait for a reason, on the connection that serves. */
export function releaseWrites(draft: Draft, cause: 'demoted' | 'announced'): void {
  const { phase, writesHeld } = draft.slot
  const generation = servingGeneration(phase)
  if (writesHeld !== cause || generation === undefined) return
  // A hand-off to the node that took over is under way: the one that was left would refuse them.
  if ('move' in phase && phase.move.reason === 'failover' && draft.now < phase.move.deadlineAt) {
    return draft.do({ type: 'schedule', timer: 'writes', afterMs: phase.move.deadlineAt - draft.now })
  }
  forgetWritesHeld(draft)
  if (phase.state !== 'fencing')
    draft.do({ type: 'serve', generation, after: cause === 'demoted' ? 'unrecovered' : 'released' })
}

/** Writes no longer wait by themselves: the gate was opened, or is held for all commands. */
export function forgetWritesHeld(draft: Draft): void {
  const { writesHeld } = draft.slot
  if (writesHeld === undefined) return
  draft.update({ writesHeld: undefined })
  if (writesHeld === 'announced') draft.do({ type: 'cancel', timer: 'writes' })
  draft.emit('writes:released', { cause: writesHeld })
}
