import type { HandoffReason } from '../../core/decide/phase.js'
import type { MaintEventName } from '../../core/events/maint-events.js'
import type { HitlessOptions } from '../../core/options/hitless-options.js'
import type { MaintOptions } from '../../core/options/maint-options.js'
import type { MaintenanceNotification, SlotRange } from '../../notifications/notification.js'
import type { AzureStep } from './azure-step.js'
import type { CommandStep } from './call-steps.js'
import type { ClusterEnd, PoolEnd, ScenarioEnd, ScenarioPool } from './ends.js'
import type { NodeSettings, ScenarioNode } from './node-settings.js'
import type { PublishStep } from './publish-step.js'

/** What a server announces to the connections of a node. */
export interface NotifyStep {
  /** In milliseconds since the beginning, as in all steps. */
  readonly at: number
  readonly do: 'notify'
  /** The name of the node. */
  readonly on: string
  readonly kind: MaintenanceNotification['type']
  /** `null` where the server sends none. */
  readonly sequence: number | null
  /** Starters and `moving` only, in milliseconds. Default 0. */
  readonly graceMs?: number
  /** `moving` only: a node, or `null` for none. */
  readonly endpoint?: string | null
  /** `migrating`, `migrated`, `failing-over` and `failed-over` only. */
  readonly shards?: readonly string[]
  /** `slots-migrating` only. */
  readonly slots?: readonly SlotRange[]
  /** `slots-migrated` only, with nodes as ends. */
  readonly moves?: readonly {
    readonly source: string
    readonly target: string | null
    readonly slots: readonly SlotRange[]
  }[]
  /** How often it is sent in one go. Default 1. */
  readonly times?: number
  /**
   * `moving` only: when the connections that are open now are closed, in milliseconds from now. Default `graceMs`; `null`
   * leaves them open.
   */
  readonly closesAfterMs?: number | null
}

/** One thing that happens in the modelled world, at an instant in milliseconds. */
export type Step =
  | NotifyStep
  | CommandStep
  | PublishStep
  | AzureStep
  /** The application connects, closes its client once everything sent is answered, or ends it at once. */
  | { readonly at: number; readonly do: 'connect' | 'close' | 'destroy' }
  /** A node behaves differently from now on. */
  | ({ readonly at: number; readonly do: 'node'; readonly node: string } & NodeSettings)
  /** A slot of a cluster begins to go to a node key by key. Its owner answers ASK for keys that are not there any more. */
  | {
      readonly at: number
      readonly do: 'begin-move'
      readonly slot: number
      readonly node: string
      /** Keys that the destination has already. Default: none. */
      readonly keys?: readonly string[]
    }
  /** The configured endpoint leads to another node: DNS has moved. */
  | { readonly at: number; readonly do: 'configure'; readonly node: string }
  /** Connections of a node break: all of them, or the one that serves, or the one that is being made. */
  | {
      readonly at: number
      readonly do: 'drop'
      readonly node: string
      readonly connections?: 'all' | 'serving' | 'next'
    }
  /** The connection that serves is to be left, for a reason that no server told. */
  | { readonly at: number; readonly do: 'hand-off'; readonly reason: Exclude<HandoffReason, 'moving'> }
  /** A connection that was silent speaks. */
  | { readonly at: number; readonly do: 'recover' }
  /** The process stood still for some time. */
  | { readonly at: number; readonly do: 'stand-still' }
  /** Something outside wants timeouts relaxed, or no longer. */
  | { readonly at: number; readonly do: 'relax'; readonly key: string; readonly forMs: number }
  | { readonly at: number; readonly do: 'end-relaxation'; readonly key: string }
  /** Something outside wants writes to wait, or no longer. */
  | { readonly at: number; readonly do: 'pause-writes'; readonly forMs: number }
  | { readonly at: number; readonly do: 'resume-writes' }
  /** What the application's reconnect strategy answers from now on. At first: a pause of 100 ms. */
  | { readonly at: number; readonly do: 'strategy'; readonly pauseMs: number | 'give-up' }

/** Something that no server announces. */
export type WishStep = Extract<
  Step,
  { do: 'hand-off' | 'recover' | 'stand-still' | 'relax' | 'end-relaxation' | 'pause-writes' | 'resume-writes' }
>

/** What the log of a scenario holds besides hook events. */
export const WORLD_EVENTS = [
  'connected',
  'reconnecting',
  'error',
  'terminated',
  'strategy:asked',
  'dial',
  'gate:paused',
  'gate:writes-paused',
  'gate:opened',
  'command:answered',
  'command:failed',
  'message',
  'checked-out',
  'check-out:failed',
  'slots:owned',
  'slots:looked',
  'node:left',
] as const

/** The name of an entry in the log of a scenario. */
export type LogName = MaintEventName | (typeof WORLD_EVENTS)[number]

/**
 * One entry of the log of a scenario, or what is expected of it: only the fields that are given are compared. Times are in
 * milliseconds; fields without a description are those of the event.
 */
export interface LogEntry {
  readonly at?: number
  readonly event: LogName
  /** The node that is dialled, or that serves from now on. */
  readonly node?: string
  /**
   * Where a hand-off leads: a node, or `null` for the configured endpoint. In a `dial`: the endpoint that the core
   * asked for.
   */
  readonly to?: string | null
  /** What `moving` named. */
  readonly endpoint?: string | null
  readonly graceMs?: number
  readonly sequence?: number | null
  /** The type of an ignored notification. */
  readonly type?: string
  readonly reason?: string
  /** What a dry run did not do. */
  readonly action?: string
  readonly kind?: string
  readonly cause?: string
  readonly attempts?: number
  readonly followedBy?: string
  readonly drained?: boolean
  readonly durationMs?: number
  readonly pausedMs?: number
  readonly purpose?: string
  /** Why the gate was opened. */
  readonly after?: string
  readonly retries?: number
  readonly message?: string
  /** The name of a call, or of a listener. */
  readonly as?: string
  /** The client of a pool, by its name within it: `m1` was made first. */
  readonly member?: string
  /** What the server answered, as JSON has it. */
  readonly reply?: unknown
  /** The code of an error that is ours. */
  readonly code?: string
  readonly channel?: string
  /** What was refused. */
  readonly command?: string
  /** Slots that have another owner from now on, as `0-99,200`. */
  readonly slots?: string
}

/** The options of this library that the application passed. */
export interface ScenarioOptions {
  /** Default: its fields have their defaults, but hand-offs begin at once (`spread` 0). */
  readonly maintNotifications?: MaintOptions
  /** Default: its groups have their defaults. */
  readonly hitless?: HitlessOptions
}

/** A scenario: what happens, and what the client is expected to do about it. */
export interface Scenario {
  /** Where its JSON Schema is, for editors. */
  readonly $schema?: string
  /** One sentence about the behaviour. */
  readonly title: string
  /** Why the behaviour matters. */
  readonly why: string
  /** Whether it is also played on real sockets. Default `false`. */
  readonly sockets?: boolean
  /** Whether the client watches the addresses of the configured name. Default `false`: it is an address itself. */
  readonly followsAddress?: boolean
  /** Whether the client's monitors run. Default `false`: steps say what they would find. */
  readonly monitors?: boolean
  /** Whether timers fire in whole milliseconds, as Node's do. Default `false`. */
  readonly coarseTimers?: boolean
  readonly options?: ScenarioOptions
  /** Makes the application's client a pool. */
  readonly pool?: ScenarioPool
  /** Makes the nodes a cluster, and the application's client one of it. */
  readonly cluster?: true
  /** The types of notification that a hook of the application skips. */
  readonly skip?: readonly MaintenanceNotification['type'][]
  /** The servers, by the names that steps and expectations call them. */
  readonly nodes: Readonly<Record<string, ScenarioNode>>
  /** The node that the configured endpoint leads to at first. */
  readonly configured: string
  /** What happens, in the order of time. */
  readonly steps: readonly Step[]
  /** Every entry of the log, in order, but those ignored. */
  readonly expect: readonly LogEntry[]
  /** Names of entries that are not compared. */
  readonly ignore?: readonly LogName[]
  /** The state that is expected at the end. */
  readonly end: ScenarioEnd | PoolEnd | ClusterEnd
}
