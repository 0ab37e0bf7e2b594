import type { Clock } from '../../../base/clock.js'
import { EventStreams } from '../../../core/events/event-stream.js'
import type { Hooks } from '../../../core/events/hooks.js'
import { oncePerEvent } from '../../../core/events/once-per-event.js'
import { createTell, type Tell } from '../../../core/events/tell.js'
import { createPublishedHooks } from './event-channels.js'

/** The events of clients that belong together, such as those of a pool or of a cluster. */
export interface SharedEvents {
  /** What the application listens to. */
  readonly hooks: Hooks
  readonly streams: EventStreams
  /** The same hooks as each of the clients has them: what happens to all of them is told once. */
  readonly hooksOfEach: Hooks
  /** Tells what concerns all of them. */
  readonly tell: Tell
}

/** @param hooks - Default: hooks of their own, whose events are published for the process as well. */
export function shareEvents(clock: Clock, hooks: Hooks = createPublishedHooks(clock)): SharedEvents {
  const hooksOfEach = oncePerEvent(hooks, clock)
  return { hooks, streams: new EventStreams(hooks), hooksOfEach, tell: createTell(hooksOfEach, clock) }
}
