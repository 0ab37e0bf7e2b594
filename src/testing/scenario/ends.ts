import type { StateName } from '../../core/decide/phase.js'

/** The state at the end. */
export interface ScenarioEnd {
  readonly at: number
  readonly state: StateName
  /** The node that serves, `null` for none. */
  readonly serving: string | null
  readonly gate: 'open' | 'paused' | 'writes-paused' | 'closed'
  readonly relaxed: boolean
  /** Timers of the link that still run: one each for relaxations, a pause, a hand-off that waits. */
  readonly timers: number
  /** Open connections by node; nodes without any are left out. */
  readonly connections: Readonly<Record<string, number>>
}

/** The sizes of a pool, and its times in milliseconds. */
export interface ScenarioPool {
  readonly minimum: number
  readonly maximum: number
  /** How long a task waits for a client; in milliseconds; 0 is for ever. Default 3,000. */
  readonly acquireTimeoutMs?: number
  /** After how long clients beyond the minimum are ended, in milliseconds. Default 3,000. */
  readonly cleanupDelayMs?: number
}

/** The state of a pool at the end. */
export interface PoolEnd {
  readonly at: number
  /** All clients except those that leave. */
  readonly members: number
  readonly inUse: number
  /** Tasks that wait for a client. */
  readonly waiting: number
  readonly relaxed: boolean
  /** Clients by the node that serves them. */
  readonly serving: Readonly<Record<string, number>>
  /** Open connections by node; nodes without any are left out. */
  readonly connections: Readonly<Record<string, number>>
}

/** The state of a client of a cluster at the end. */
export interface ClusterEnd {
  readonly at: number
  /** The slots of each node, as the client knows them, as `0-99,200`. Nodes without any are left out. */
  readonly slots: Readonly<Record<string, string>>
  readonly relaxed: boolean
  /** Open connections by node; nodes without any are left out. */
  readonly connections: Readonly<Record<string, number>>
}
