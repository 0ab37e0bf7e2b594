import type { Clock } from '../base/clock.js'
import type { Endpoint } from '../base/endpoint.js'
import type { Announcement } from './announcements/announcement.js'
import type { AzureAnnouncement } from './azure/azure-announcement.js'
import type { BackendOptions } from './backends/backend.js'
import type { Backend } from './backends/backend-line.js'
import type { ClusterOptions, SimCluster } from './cluster/sim-cluster.js'
import type { SimEntrance } from './entrance.js'
import type { SimEvent } from './event-log.js'
import type { SimNode } from './node.js'
import type { NodeOptions } from './node-options.js'
import type { SentinelOptions, SimSentinels } from './sentinel/sim-sentinels.js'

/** How a simulator is made. */
export interface SimulatorOptions {
  /** The nodes to start with: how many, or the options of each. Default 1. */
  readonly nodes?: number | readonly NodeOptions[]
  /**
   * Makes the nodes a cluster, over the built-in store: each serves its slots and sends clients elsewhere for others.
   * Takes the place of `nodes`. Default: they are none.
   */
  readonly cluster?: ClusterOptions
  /**
   * Has all nodes listen on one port, as those of Redis Software do, each on a loopback address of its own: 127.0.0.1,
   * 127.0.0.2 and so on. 0 takes any free port. Default: each node has a port of its own at 127.0.0.1.
   */
  readonly sharedPort?: number
  /** Makes the nodes a primary with replicas, and adds sentinels that watch them. Takes the place of `nodes`. Default: none. */
  readonly sentinel?: SentinelOptions
  /** The data set behind all nodes. Default the built-in store. */
  readonly backend?: BackendOptions
  /** Keeps a log of what happens on the connections: `true` the last 10,000 events, or as many as given. Default `false`. */
  readonly record?: boolean | number
  /** The number of the first announcement. Default 1; real databases begin at 0. */
  readonly firstSequence?: number
  /** Default the process's own. */
  readonly clock?: Clock
}

/** Several endpoints of one database, which announce maintenance and misbehave when told. */
export interface Simulator {
  readonly nodes: readonly SimNode[]
  /** Which data set is behind the nodes. */
  readonly backend: Backend['kind']
  /** What happened on the connections, oldest first; empty unless `record` is set. */
  readonly log: readonly SimEvent[]
  /** The first node. */
  readonly node: SimNode
  /**
   * The nodes as a cluster.
   *
   * @throws RangeError without the option `cluster`.
   */
  readonly cluster: SimCluster
  /**
   * The sentinels, which are nodes as well.
   *
   * @throws RangeError without the option `sentinel`.
   */
  readonly sentinel: SimSentinels
  /**
   * Adds a node and resolves once it listens.
   *
   * @throws HitlessError `SIMULATOR_UNAVAILABLE` when the port or its certificate cannot be had, or the simulator was disposed of.
   */
  addNode(options?: NodeOptions): Promise<SimNode>
  /**
   * Adds an address that leads to a node, and later to another one. Without a place it is a free port of 127.0.0.1.
   *
   * @throws HitlessError `SIMULATOR_UNAVAILABLE` when the port cannot be had.
   */
  addEntrance(node: SimNode, place?: Partial<Endpoint>): Promise<SimEntrance>
  /**
   * Has two nodes change roles that have a `backend` of their own: real servers at a host and port, one a replica of the other.
   * Resolves once they have. No acknowledged write is lost, and connections stay open; the old primary refuses writes.
   *
   * @throws HitlessError `SIMULATOR_UNAVAILABLE` where they are no such servers, refuse, or take longer than 10 s.
   */
  swapRoles(primary: SimNode, replica: SimNode): Promise<void>
  /** Tells the connections of all nodes, under one number. Resolves with how many were told. */
  notify(announcement: Announcement): Promise<number>
  /**
   * Publishes on the channel `AzureRedisEvents`, as Azure Cache for Redis does: an announcement, or any text. Resolves with
   * how many connections subscribed to it, on all nodes.
   *
   * @param copies - How often it is published: every node of a cache does so. Default 1.
   * @throws HitlessError `SIMULATOR_UNAVAILABLE` when the data set refuses.
   */
  azure(message: AzureAnnouncement | string, copies?: number): Promise<number>
  /** Forgets the last completion, so that new connections are not told of it. */
  forgetCompletion(): void
  /** Calls back with each event from now on, until the returned function is called. */
  listen(listener: (event: SimEvent) => void): () => void
  /** Resolves with the first logged event that matches, or with the next one that does. */
  when(matches: (event: SimEvent) => boolean): Promise<SimEvent>
  /** Resolves with the next event that matches. */
  next(matches: (event: SimEvent) => boolean): Promise<SimEvent>
  /** Empties the log. */
  clearLog(): void
  /** Ends all sockets, timers and processes. A second call does nothing. */
  dispose(): Promise<void>
}
