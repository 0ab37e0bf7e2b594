import type { HostName } from '../program/host-name.js'
import type { Audit } from './notes/ledger.js'
import type { MessageAudit } from './notes/message-log.js'
import type { QueueAudit } from './notes/queue-ledger.js'
import type { Sample, StepTally } from './notes/tally.js'

/** What happened to the commands of one step, and to an ordinary connection that nothing happened to. */
export interface StepFigures extends StepTally {
  /** The longest that a command took there, in milliseconds: what the machine cost. */
  readonly controlMs: number
}

/** Which client plays: ours over a host library, or that library by itself. */
export type ClientKind = OurKind | HostName

type OurKind = 'redis-hitless' | 'redis-hitless/pool' | 'redis-hitless/ioredis'

/** What ours is called over each host library. */
export const OURS: Readonly<Record<HostName, OurKind>> = {
  '@redis/client': 'redis-hitless',
  ioredis: 'redis-hitless/ioredis',
}

/** How a player is started. */
export interface PlayerSettings {
  readonly client: ClientKind
  readonly url: string
  /** A node that nothing happens to. */
  readonly controlUrl: string
  /** How many commands are under way at a time, apart from bursts. */
  readonly workers: number
  /** How long each worker rests after a command, in milliseconds. */
  readonly restMs: number
  readonly seed: number
  /** Default commands alone. */
  readonly traffic?: Traffic
  /** The file of a certificate to be trusted besides those that the machine trusts. */
  readonly trusted?: string
  /** The file of a capture, where the client is one of ours that is to be recorded. */
  readonly record?: string
}

/** What a load is made of: commands on one client, or a queue and messages as well. */
export type Traffic = 'commands' | 'all'

/** What a player is told. */
export type PlayerOrder =
  /** Another step begins. `resets`: the server is about to cut connections on purpose. */
  | { readonly type: 'enter'; readonly step: string; readonly resets: boolean }
  /** Stop sending, wait so long for the answers, then compare with the server. */
  | { readonly type: 'finish'; readonly withinMs: number }

/** One traffic move, as the client told it. */
export interface HandoffFigures {
  readonly durationMs: number
  readonly pausedMs: number
  readonly attempts: number
}

/** How often things happened that are no commands. */
export interface Incidents {
  readonly handoffs: number
  readonly reconnects: number
  /** `error` events of the client. */
  readonly errors: number
  /** Rejections that nobody handled; each of them ends a process by default. */
  readonly unhandled: number
}

/** What a player tells at the end. */
export interface PlayerResult {
  readonly total: Sample
  readonly p50Ms: number
  readonly p99Ms: number
  readonly steps: readonly StepFigures[]
  readonly failures: Readonly<Record<string, number>>
  readonly incidents: Incidents
  /** What each hand-off took, where the client says so. */
  readonly handoffs: readonly HandoffFigures[]
  /** `undefined` when the server could not be asked. */
  readonly audit: Audit | undefined
  /** Commands that were answered with something else than they should be. */
  readonly wrong: number
  /** `undefined` where there was no queue, or it could not be read. */
  readonly queue: QueueAudit | undefined
  /** `undefined` where there were no messages. */
  readonly messages: MessageAudit | undefined
  /** Whether the client could be closed. */
  readonly closed: boolean
}

/** What a player tells. */
export type PlayerReport =
  | { readonly type: 'connected' }
  | { readonly type: 'entered'; readonly step: string }
  | { readonly type: 'sample'; readonly sample: Sample; readonly incidents: Incidents }
  /** Something that the client told about maintenance, in words. */
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'finished'; readonly result: PlayerResult }
  | { readonly type: 'broken'; readonly reason: string }
