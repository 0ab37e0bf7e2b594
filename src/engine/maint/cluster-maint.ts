import type { Clock } from '../../base/clock.js'
import type { EventStreams } from '../../core/events/event-stream.js'
import type { Hooks } from '../../core/events/hooks.js'
import type { AvailabilityChanged, Capability } from '../../core/events/maint-events.js'
import { DialLimits } from '../../core/limits/dial-limits.js'
import type { ResolvedMaintOptions } from '../../core/options/maint-options.js'
import { toPublic } from '../database/availability-report.js'
import type { Database } from '../database/database.js'
import type { HandoffQueueStatus } from '../database/handoffs/handoff-queue.js'
import { passSignalOn } from '../link/incoming-notifications.js'
import type { Link } from '../link/link.js'
import { type CommonStatus, commonStatus } from './common-status.js'
import { type LinksStatus, statusOfLinks } from './links-status.js'
import { commonMembers, type Maint } from './maint-status.js'

/** One node of a cluster as its clients find it. */
export interface ClusterNodeStatus {
  /** Its address as the cluster calls it, `host:port`. */
  readonly node: string
  /** Whether at least one of its clients serves commands. */
  readonly ready: boolean
  /** Whether a hand-off is under way, or a window is open, on any of its connections. */
  readonly inMaintenance: boolean
  /** Its clients: one for commands, and those that subscribe. */
  readonly clients: number
  /** Connections that have not ended. */
  readonly connections: number
}

/** A snapshot of a cluster for readiness probes and logs: the figures of all its node clients together. */
export interface ClusterMaintStatus extends CommonStatus, LinksStatus {
  readonly nodes: readonly ClusterNodeStatus[]
}

/** Events, status and signals of a cluster. Its events come from every node; `connection.address` names the node. */
export interface ClusterMaint extends Omit<Maint, 'status'> {
  status(): ClusterMaintStatus
}

/** What the `maint` member of a cluster is read from. */
export interface ClusterFacts {
  readonly maint: ResolvedMaintOptions
  /** Why everything is off, as one sentence; `undefined` where it is not. */
  readonly off: string | undefined
  readonly clock: Clock
  readonly hooks: Hooks
  readonly streams: EventStreams
  /** The links of its node clients, the newest last. */
  readonly links: () => readonly Link[]
}

const AVAILABLE: AvailabilityChanged = { state: 'available' }

/** Makes the `maint` member of a cluster. */
export function createClusterMaint(facts: ClusterFacts): ClusterMaint {
  const { links, clock } = facts
  return {
    ...commonMembers(facts, links),
    get availability() {
      return availabilityIn(facts)
    },
    signal: signal => passSignalOn(links(), signal, clock),
    status: () => statusOf(facts),
  }
}

function statusOf(facts: ClusterFacts): ClusterMaintStatus {
  const { maint, off } = facts
  const links = facts.links()
  const unknown: Capability = off === undefined ? { state: 'unknown' } : { state: 'off', reason: off }
  const capability = links.at(-1)?.capability ?? unknown
  const [first] = links
  const known = { capability, availability: availabilityIn(facts), handoffs: sumOf(databasesOf(links)) }
  return {
    ...commonStatus({ maint, host: first?.context.target.host }, known),
    ...(off !== undefined && { mode: 'off', dryRun: false }),
    ...statusOfLinks(links),
    nodes: nodesOf(links),
  }
}

function nodesOf(links: readonly Link[]): readonly ClusterNodeStatus[] {
  const byNode = new Map<string, Link[]>()
  for (const link of links) byNode.set(nodeOf(link), [...(byNode.get(nodeOf(link)) ?? []), link])
  return [...byNode].map(([node, own]) => {
    const { ready, inMaintenance, clients, connections } = statusOfLinks(own)
    return { node, ready, inMaintenance, clients, connections }
  })
}

function nodeOf({ context: { target } }: Link): string {
  return `${target.host}:${target.port}`
}

/** The nodes that cannot be reached count: with one of them, a part of the keys is away. */
function availabilityIn({ links, clock }: ClusterFacts): AvailabilityChanged {
  const all = [...databasesOf(links())].map(({ availability }) => toPublic(availability.status, clock))
  return all.find(({ state }) => state === 'unavailable') ?? AVAILABLE
}

function databasesOf(links: readonly Link[]): ReadonlySet<Database> {
  return new Set(links.map(({ context }) => context.database))
}

function sumOf(databases: ReadonlySet<Database>): HandoffQueueStatus {
  const all = [...databases].map(({ queue }) => queue.status)
  const sum = (field: 'workers' | 'queued' | 'running' | 'peakRunning'): number =>
    all.reduce((total, status) => total + status[field], 0)
  const { open, tripped } = new DialLimits()
  return {
    workers: sum('workers'),
    queued: sum('queued'),
    running: sum('running'),
    peakRunning: sum('peakRunning'),
    breakers: all.flatMap(({ breakers }) => breakers),
    // They are those of the process, the same in all.
    dials: all[0]?.dials ?? { open, tripped },
  }
}
