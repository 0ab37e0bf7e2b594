import type { Endpoint } from '../../base/endpoint.js'
import type { MaintenanceNotification } from '../../notifications/notification.js'
import type { MaintEvent } from '../events/maint-events.js'
import type { Generation, LeaveReason, SlotState } from './phase.js'
import { type Holds, NO_HOLDS } from './relaxations.js'
import { EMPTY_REGISTRY, type Registry } from './seen-events.js'

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
  /** Why writes wait while the connection goes on serving reads. */
  readonly writesHeld: 'demoted' | 'announced' | undefined
  /** Generations made so far. */
  readonly generations: number
}

/** A slot before its first connection. */
export const NEW_SLOT: Slot = {
  phase: { state: 'idle' },
  holds: NO_HOLDS,
  registry: EMPTY_REGISTRY,
  loan: undefined,
  writesHeld: undefined,
  generations: 0,
}

/** Whether a hand-off is under way. */
export function isMoving({ phase }: Slot): boolean {
  return 'move' in phase
}

/** Whether something was announced whose end is not known yet. */
export function hasOpenWindow({ holds }: Slot): boolean {
  return [...holds.values()].some(({ kind }) => kind !== 'tail' && kind !== 'moving')
}

/** The numbers that decisions use; in milliseconds where nothing else is said. */
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
  /** Decides where in that part this slot begins; any integer. */
  readonly seed: number
  /** Whether the addresses of the configured name can be watched. */
  readonly followsAddress: boolean
  /** How long the gate is held for the fence at most. */
  readonly fenceTimeoutMs: number
  /** How long a connection that was left may finish its commands after the server's grace. */
  readonly drainMs: number
}

/** The timers that a slot may have running, one of each. */
export type TimerName = 'handoff' | 'reconnect' | 'holds' | 'writes'

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
  /** The connection that serves is to be left, though no server said so. */
  | { readonly type: 'leave'; readonly generation: Generation; readonly reason: Exclude<LeaveReason, 'moving'> }
  /** One that was silent has spoken. */
  | { readonly type: 'revived'; readonly generation: Generation }
  /** The configured name leads elsewhere than to the connection that serves. */
  | { readonly type: 'address-moved'; readonly generation: Generation }
  /** Something outside asks for relaxed timeouts, for a while at most. */
  | { readonly type: 'hold'; readonly key: string; readonly forMs: number }
  | { readonly type: 'release'; readonly key: string }
  /** Something outside asks that writes wait, for a while at most. */
  | { readonly type: 'hold-writes'; readonly forMs: number }
  | { readonly type: 'release-writes' }
  | { readonly type: 'due'; readonly timer: TimerName }
  | { readonly type: 'close' }

/**
 * What a connection begins, or goes on, to take all commands after: a connect, a hand-off to it, one from it that was given
 * up, the end of the time for which writes waited, or a search for a primary that found none.
 */
export type ServeAfter = 'connect' | 'handoff' | 'abandoned' | 'released' | 'unrecovered'

/** What is to be done; plain data, performed in order by the shell. */
export type Effect =
  /** Connect and prepare a generation; `endpoint` null is the configured one. `withinMs` undefined: the host's own bound. */
  | {
      readonly type: 'dial'
      readonly generation: Generation
      readonly endpoint: Endpoint | null
      readonly purpose: 'connect' | 'handoff'
      readonly withinMs: number | undefined
      /** The server's event that asked for it, where one did: so many connections are opened for one event at most. */
      readonly event: string | undefined
      /** Whether only a primary will do. */
      readonly requirePrimary: boolean
      /** Whether the address of the connection that serves is the last one to try. */
      readonly avoidCurrent: boolean
      /** Whether the application is not waited for that has something open on the connection that serves. */
      readonly urgent: boolean
    }
  /** Give up a generation that does not serve. */
  | { readonly type: 'discard'; readonly generation: Generation }
  /** New commands wait from now on. */
  | { readonly type: 'hold-gate' }
  /** New commands wait from now on, but for those that only read. */
  | { readonly type: 'hold-writes' }
  /** Watch the addresses of the configured name, and tell by `address-moved`. */
  | { readonly type: 'follow-address'; readonly generation: Generation; readonly withinMs: number }
  | { readonly type: 'unfollow-address' }
  /** Prove that a generation has answered everything, so that `next` may take over. */
  | {
      readonly type: 'fence'
      readonly generation: Generation
      readonly next: Generation
      readonly withinMs: number
    }
  /** New commands go to this generation from now on; those that wait go first. */
  | { readonly type: 'serve'; readonly generation: Generation; readonly after: ServeAfter }
  /** Let a generation finish its commands, then close it. */
  | {
      readonly type: 'retire'
      readonly generation: Generation
      readonly withinMs: number
      readonly reason: LeaveReason
    }
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
