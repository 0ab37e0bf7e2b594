import type { Endpoint } from '../../base/endpoint.js'
import type { Replication } from '../../core/sentinel/replication.js'

/** Says where the primary of a database is, for databases whose configured route leads wherever the primary is. */
export interface PrimarySource {
  /** Whether the host asks by itself for all connections but those of hand-offs. Default `false`. */
  readonly leavesConnects?: boolean
  /** Asks again. Resolves with at least one node, the best first; rejects with `PRIMARY_UNKNOWN` where nobody names one. */
  resolve(): Promise<readonly Endpoint[]>
  /** The error where no node that it named says that it is the primary: `PRIMARY_UNKNOWN`. */
  unconfirmed(cause: unknown): Error
  /** A connection was made to a node that says that it is the primary. */
  confirm(endpoint: Endpoint): void
  /** One that says where the primary is, and listens; `undefined` where none does. */
  readonly sentinel: Endpoint | undefined
  /** The replicas that can be reached, as known by now. */
  readonly replicas: readonly Endpoint[]
  /** Asks for the replicas; never rejects. */
  listReplicas(): Promise<void>
  /** Tells of changes until the returned function is called. */
  listen(listener: TopologyListener): () => void
  /** Begins to listen for changes. A second call does nothing. */
  start(): void
  /** Ends everything that runs; it may start again. */
  stop(): void
}

/** What is known of the nodes. Endpoints are those that are dialled. */
export type Topology =
  | { readonly type: 'primary'; readonly endpoint: Endpoint }
  /** Another sentinel is the one that {@link PrimarySource.sentinel} names. */
  | { readonly type: 'sentinel'; readonly endpoint: Endpoint }
  | { readonly type: 'sentinels'; readonly endpoints: readonly Endpoint[] }
  | { readonly type: 'replicas'; readonly endpoints: readonly Endpoint[] }
  | { readonly type: 'sentinel-failed'; readonly endpoint: Endpoint; readonly error: unknown }

/** Is told what changes. It must not throw. */
export type TopologyListener = (topology: Topology) => void

/** What is told of a primary without being asked. No member may throw. */
export interface PrimaryListener {
  /** Another node is the primary, and says so itself. */
  onSwitch(endpoint: Endpoint): void
  /** The primary may be away: for how long at most, in milliseconds; `undefined` when that is over. */
  onAway(forMs: number | undefined): void
  /**
   * What the primary acknowledges from now on may be lost: for how long writes wait at most, in milliseconds; `undefined` when
   * they need not any more.
   */
  onPromotion(forMs: number | undefined): void
  /** Resolves with what a node says of its part in the replication, `undefined` where it does not; never rejects. */
  look(endpoint: Endpoint): Promise<Replication | undefined>
  /** Resolves with whether a node says that it is a primary; never rejects. */
  verify(endpoint: Endpoint): Promise<boolean>
}

/** Makes the source of a database. */
export type OpenSource = (listener: PrimaryListener) => PrimarySource
