import type { StateName } from '../../core/decide/phase.js'

/** The state at the end. */
export interface ScenarioEnd {
  /** When the scenario ends, in milliseconds since its beginning. */
  readonly at: number
  /** The state of the link. */
  readonly state: StateName
  /** The node that serves, `null` for none. */
  readonly serving: string | null
  /** Where new commands go: to the connection, or to the gate, all of them or those that write. */
  readonly gate: 'open' | 'paused' | 'writes-paused' | 'closed'
  /** Whether timeouts are relaxed. */
  readonly relaxed: boolean
  /** Timers of the link that still run: one each for relaxations, a pause, a hand-off that waits. */
  readonly timers: number
  /** Open connections by node; nodes without any are left out. */
  readonly connections: Readonly<Record<string, number>>
}

/** The sizes of a pool, and its times in milliseconds. */
export interface ScenarioPool {
  /** How many clients it has from the beginning. */
  readonly minimum: number
  /** How many it may have. */
  readonly maximum: number
  /** How long a task waits for a client; in milliseconds; 0 is for ever. Default 3,000. */
  readonly acquireTimeoutMs?: number
  /** After how long clients beyond the minimum are ended, in milliseconds. Default 3,000. */
  readonly cleanupDelayMs?: number
}

/** The state of a pool at the end. */
export interface PoolEnd {
  /** When the scenario ends, in milliseconds since its beginning. */
  readonly at: number
  /** All clients except those that leave. */
  readonly members: number
  /** Clients that a task has, or that connect. */
  readonly inUse: number
  /** Tasks that wait for a client. */
  readonly waiting: number
  /** Whether timeouts are relaxed in any of its connections. */
  readonly relaxed: boolean
  /** Clients by the node that serves them. */
  readonly serving: Readonly<Record<string, number>>
  /** Open connections by node; nodes without any are left out. */
  readonly connections: Readonly<Record<string, number>>
}

/** The state of a client of a cluster at the end. */
export interface ClusterEnd {
  /** When the scenario ends, in milliseconds since its beginning. */
  readonly at: number
  /** The slots of each node, as the client knows them, as `0-99,200`. Nodes without any are left out. */
  readonly slots: Readonly<Record<string, string>>
  readonly relaxed: boolean
  /** Open connections by node; nodes without any are left out. */
  readonly connections: Readonly<Record<string, number>>
}
