import type { HookRegistry, Hooks } from '../core/events/hooks.js'
import type { MaintStatus } from '../engine/maint/maint-status.js'
import type { PoolMaintStatus } from '../engine/maint/pool-status.js'

/** What is observed: the `maint` member of a client or a pool. */
export interface Observed {
  readonly onAny: Hooks['onAny']
  readonly onWait: Hooks['onWait']
  readonly hooks: HookRegistry
  status(): MaintStatus | PoolMaintStatus
}

/** A client or a pool of this library. */
export interface ObservedClient {
  readonly maint: Observed
}

/** How a client is called in what is exported. */
export interface Naming {
  /** A name that stays the same from one start of the process to the next. Default: none. */
  readonly name?: string | undefined
}

/** Something that observes clients and pools. */
export interface Observer {
  /**
   * Observes a client or a pool from now on.
   *
   * @returns What ends it.
   */
  observe(client: ObservedClient, naming?: Naming): () => void
}
