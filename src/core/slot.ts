import type { Endpoint } from '../base/endpoint.js'
import type { MaintenanceNotification } from '../notifications/notification.js'
import type { MaintEvent } from './events.js'
import { type Holds, NO_HOLDS } from './holds.js'
import { EMPTY_REGISTRY, type Registry } from './registry.js'
import type { Generation, SlotState } from './slot-state.js'

/** A moved target: a reconnect goes there first until the cut-off, then the configured endpoint counts again. */
export interface Loan {
  readonly endpoint: Endpoint
  readonly endsAt: number
}

/** Everything that the decisions about one logical connection depend on. Never changed in place. */
export interface Slot {
  readonly phase: SlotState
  readonly holds: Holds
  readonly registry: Registry
  readonly loan: Loan | undefined
  /** Generations made so far. */
  readonly generations: number
}

/** A slot before its first connection. */
export const NEW_SLOT: Slot = {
  phase: { state: 'idle' },
  holds: NO_HOLDS,
  registry: EMPTY_REGISTRY,
  loan: undefined,
  generations: 0,
}

/** The numbers that decisions use; all in milliseconds but `handoffRetries` and `handoffSpread`. */
export interface Policy {
  /** How long a window of each starter stays open at most, beyond its announced time, if its end is never told. */
  readonly windowMaxMs: Readonly<Record<'migrating' | 'failing-over' | 'slots-migrating', number>>
  /** How long timeouts stay relaxed after the last window closed. */
  readonly tailMs: number
  /** The bound of a hand-off whose notification names no time. */
  readonly handoffDeadlineMs: number
  /** Dials of one hand-off after the first one failed. */
  readonly handoffRetries: number
  /** The pause before the first of these; doubled for each further one. */
  readonly handoffBackoffMs: number
  /** The part of the grace over which a fleet spreads its hand-offs, from 0 to 1. */
  readonly handoffSpread: number
  /** How long the gate is held for the fence at most. */
  readonly fenceTimeoutMs: number
  /** How long a connection that was left may finish its commands after the server's grace. */
  readonly drainMs: number
}

/** The timers that a slot may have running, one of each. */
export type TimerName = 'handoff' | 'reconnect' | 'holds'

/** What can happen to a slot. */
export type Input =
  | { readonly type: 'connect' }
  | { readonly type: 'dialled'; readonly generation: Generation }
  | { readonly type: 'dial-failed'; readonly generation: Generation; readonly error: unknown }
  | { readonly type: 'lost'; readonly generation: Generation; readonly cause: unknown }
  /** The result of one fence, known by both of its connections. */
  | {
      readonly type: 'fenced'
      readonly generation: Generation
      readonly next: Generation
      readonly drained: boolean
    }
  /** The reconnect strategy's answer. */
  | { readonly type: 'retry'; readonly afterMs: number }
  | { readonly type: 'give-up'; readonly error: unknown }
  | {
      readonly type: 'notification'
      readonly generation: Generation
      readonly identity: string
      readonly notification: MaintenanceNotification
    }
  | { readonly type: 'due'; readonly timer: TimerName }
  | { readonly type: 'close' }

/** What is to be done; plain data, performed in order by the shell. */
export type Effect =
  /** Connect and prepare a generation; `endpoint` null is the configured one. `withinMs` undefined: the host's own bound. */
  | {
      readonly type: 'dial'
      readonly generation: Generation
      readonly endpoint: Endpoint | null
      readonly purpose: 'connect' | 'handoff'
      readonly withinMs: number | undefined
    }
  /** Give up a generation that does not serve. */
  | { readonly type: 'discard'; readonly generation: Generation }
  /** New commands wait from now on. */
  | { readonly type: 'hold-gate' }
  /** Prove that a generation has answered everything, so that `next` may take over. */
  | {
      readonly type: 'fence'
      readonly generation: Generation
      readonly next: Generation
      readonly withinMs: number
    }
  /** New commands go to this generation from now on; those that wait go first. */
  | { readonly type: 'serve'; readonly generation: Generation; readonly after: 'connect' | 'handoff' | 'abandoned' }
  /** Let a generation finish its commands, then close it. */
  | { readonly type: 'retire'; readonly generation: Generation; readonly withinMs: number }
  | { readonly type: 'ask-strategy'; readonly retries: number; readonly cause: unknown }
  | { readonly type: 'schedule'; readonly timer: TimerName; readonly afterMs: number }
  | { readonly type: 'cancel'; readonly timer: TimerName }
  | { readonly type: 'relax' }
  | { readonly type: 'restore' }
  | { readonly type: 'emit'; readonly event: MaintEvent }
  /** What the host library's own events would say. */
  | { readonly type: 'announce'; readonly event: 'connected' | 'reconnecting' }
  | { readonly type: 'announce-error'; readonly error: unknown }
  /** The strategy forbade further attempts: waiting commands fail with this. */
  | { readonly type: 'terminate'; readonly error: unknown; readonly cause: unknown }

/** A decision: the slot as it is now, and what is to be done. */
export interface Decision {
  readonly slot: Slot
  readonly effects: readonly Effect[]
}
