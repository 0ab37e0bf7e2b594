import { type Clock, systemClock } from '../../base/clock.js'
import { type Random, systemRandom } from '../../base/random.js'
import type { Effect } from '../../core/decide/link-state.js'
import type { Hooks } from '../../core/events/hooks.js'
import { createTell, type EventListener } from '../../core/events/tell.js'
import type { Lookup } from '../../core/target.js'
import type { Context } from '../database/context.js'
import { type DatabaseRegistry, databasesOf } from '../database/database-registry.js'
import { createPublishedHooks } from './events/event-channels.js'

/** What tests replace. All fields are optional. */
export interface AdapterOptions {
  /** Default: the time of the process. */
  readonly clock?: Clock
  /** Default: `Math.random`. */
  readonly random?: Random
  /** Resolves the names of clients whose options have no lookup of their own. Default: Node's. */
  readonly lookup?: Lookup
}

/** What the clients of one adapter share. */
export interface Shared {
  /** What the clients of each database share. */
  readonly databases: DatabaseRegistry
  readonly clock: Clock
  readonly random: Random
  /** For clients that belong together. By default each has its own. */
  readonly hooks?: Hooks
  /** For clients that belong together: is told what the link of each decides. */
  readonly onEffect?: (effect: Effect) => void
}

/**
 * What the clients of an adapter share: with a clock or randomness of its own only with each other, otherwise with all others in
 * the process.
 */
export function sharedBy(given: AdapterOptions): Shared {
  const { clock = systemClock, random = systemRandom } = given
  return { databases: databasesOf(given), clock, random }
}

/** What one client brings along. */
export interface ContextParts extends Pick<Context, 'host' | 'target' | 'maint' | 'offReason' | 'database'> {
  /** Is told of each event as well. */
  readonly first?: EventListener
}

/** Makes what the parts of a client share. */
export function createContext({ first, ...own }: ContextParts, shared: Shared): Context {
  const { clock, random, hooks = createPublishedHooks(clock) } = shared
  // Spread last: an object that gets members behind those that were spread has a shape of its own.
  return { clock, random, hooks, tell: createTell(hooks, clock, first), ...own }
}
