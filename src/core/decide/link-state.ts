import type { Endpoint } from '../../base/endpoint.js'
import type { MaintenanceNotification } from '../../notifications/notification.js'
import type { IgnoreCause } from '../events/hooked-notification.js'
import type { BareEvent } from '../events/maint-events.js'
import { type FinishedMoves, NO_FINISHED_MOVES } from '../slots/finished-moves.js'
import type { Flaps, Stability } from './flapping.js'
import type { Course } from './handoff/handoff-course.js'
import type { ConnectionId, HandoffReason, Phase, Release } from './phase.js'
import type { EndpointRoute, Route } from './route.js'
import { NO_RELAXATIONS, type Relaxations } from './windows/relaxations.js'
import { EMPTY_REGISTRY, type Registry } from './windows/seen-events.js'

/** A moved target: a reconnect goes there first until the cut-off, then the configured endpoint counts again. */
export interface TemporaryEndpoint {
  readonly route: EndpointRoute
  readonly endsAt: number
}

/** Everything that the decisions about one logical connection depend on. Never changed in place. */
export interface LinkState {
  readonly phase: Phase
  readonly relaxations: Relaxations
  readonly registry: Registry
  /** Moves of slots that have ended: a start that is told behind its end opens nothing. */
  readonly finishedMoves: FinishedMoves
  readonly temporaryEndpoint: TemporaryEndpoint | undefined
  /** Whether connections hold. */
  readonly stability: Stability
  /** Why writes wait while the connection goes on serving reads. */
  readonly writesPaused: 'not-writable' | 'announced' | undefined
  /** Connections made so far. */
  readonly connectionsMade: number
  /** Hand-offs begun so far. */
  readonly handoffsBegun: number
  /** What the last of them did. */
  readonly course: Course | undefined
}

/** A link before its first connection. */
export const NEW_LINK: LinkState = {
  phase: { state: 'idle' },
  relaxations: NO_RELAXATIONS,
  registry: EMPTY_REGISTRY,
  finishedMoves: NO_FINISHED_MOVES,
  temporaryEndpoint: undefined,
  stability: { servingSince: 0, brokeEarly: 0 },
  writesPaused: undefined,
  connectionsMade: 0,
  handoffsBegun: 0,
  course: undefined,
}

/** Whether a hand-off is under way. */
export function isMoving({ phase }: LinkState): boolean {
  return 'move' in phase
}

/** Whether something was announced whose end is not known yet. */
export function hasOpenWindow({ relaxations }: LinkState): boolean {
  return [...relaxations.values()].some(({ cause }) => cause !== 'tail' && cause !== 'moving')
}

/** The numbers that decisions use; in milliseconds where nothing else is said. */
export interface Policy {
  /** How long a window of each starter stays open at most, beyond its announced time, if its end is never told. */
  readonly windowMaxMs: Readonly<Record<'migrating' | 'failing-over' | 'slots-migrating', number>>
  /** How long timeouts stay relaxed after the last window closed. */
  readonly tailMs: number
  /** The same after a window whose end the server tells, in milliseconds. */
  readonly windowTailMs: number
  /** The bound of a hand-off whose notification names no time. */
  readonly handoffDeadlineMs: number
  /** Dials of one hand-off after the first one failed. */
  readonly handoffRetries: number
  /** The pause before the first of these; doubled for each further one. */
  readonly handoffBackoffMs: number
  /** The part of the grace over which a fleet spreads its hand-offs, from 0 to 1. */
  readonly handoffSpread: number
  /** Decides where in that part this link begins; any integer. */
  readonly seed: number
  /** Whether the addresses of the configured name can be watched. */
  readonly followsAddress: boolean
  /** How long commands are paused for the fence at most. */
  readonly fenceTimeoutMs: number
  /** How long a connection that was left may finish its commands after the server's grace. */
  readonly drainMs: number
  /** Whether it is only told what would be done. Default `false`. */
  readonly dryRun?: boolean
}

/** The timers that a link may have running, one of each. */
export type TimerName = 'handoff' | 'reconnect' | 'relaxations' | 'writes'

/** What can happen to a link. */
export type Input =
  | { readonly type: 'connect' }
  | { readonly type: 'dialled'; readonly connection: ConnectionId }
  | { readonly type: 'dial-failed'; readonly connection: ConnectionId; readonly error: unknown }
  | { readonly type: 'lost'; readonly connection: ConnectionId; readonly cause: unknown }
  /** The application has released a connection, in the way that was asked for. */
  | {
      readonly type: 'released'
      readonly connection: ConnectionId
      readonly next: ConnectionId
      readonly until: Release
    }
  /** The result of one fence, known by both of its connections. */
  | {
      readonly type: 'fenced'
      readonly connection: ConnectionId
      readonly next: ConnectionId
      readonly drained: boolean
    }
  /** The reconnect strategy's answer; one that threw in place of it is told behind the cause. */
  | { readonly type: 'retry'; readonly afterMs: number; readonly thrown?: unknown }
  | { readonly type: 'stop-reconnecting'; readonly error: unknown }
  | {
      readonly type: 'notification'
      readonly connection: ConnectionId
      readonly identity: string
      readonly notification: MaintenanceNotification
    }
  /** The connection that serves is to be left, though no server said so. */
  | {
      readonly type: 'hand-off'
      readonly connection: ConnectionId
      readonly reason: Exclude<HandoffReason, 'moving'>
      /** Whether another server is known to be the primary: what this one still answers may be lost. Default `false`. */
      readonly isReplaced?: boolean
      /** Where the primary is, as its server says. */
      readonly endpoint?: Endpoint | undefined
    }
  /** A connection that was unresponsive has sent something. */
  | { readonly type: 'recovered'; readonly connection: ConnectionId }
  /** The process stood still, and the connection that serves owes nothing: it may be dead by now. */
  | { readonly type: 'stood-still'; readonly connection: ConnectionId }
  /** Whether a connection has answered in time after the process stood still. */
  | { readonly type: 'probed'; readonly connection: ConnectionId; readonly answered: boolean }
  /** The configured name leads elsewhere than to the connection that serves. */
  | { readonly type: 'address-moved'; readonly connection: ConnectionId }
  /** Something outside asks for relaxed timeouts, for a limited time. */
  | { readonly type: 'relax'; readonly key: string; readonly forMs: number }
  | { readonly type: 'end-relaxation'; readonly key: string }
  /** Something outside asks that writes wait, for a limited time. */
  | { readonly type: 'pause-writes'; readonly forMs: number }
  | { readonly type: 'resume-writes' }
  | { readonly type: 'due'; readonly timer: TimerName }
  /** An effect threw while it was performed. */
  | { readonly type: 'effect-failed'; readonly effect: Effect; readonly error: unknown }
  | { readonly type: 'close' }

/**
 * After what a connection takes all commands: a connect, a hand-off to it, a hand-off from it that was given up, the
 * end of the time for which writes waited, or a search that found no primary.
 */
export type ResumeAfter = 'connect' | 'handoff' | 'cancelled' | 'released' | 'unrecovered'

/** What must be done. It is plain data; the shell performs it in order. */
export type Effect =
  /** Connect and prepare a connection. `withinMs` undefined: the host's own bound. */
  | {
      readonly type: 'dial'
      readonly connection: ConnectionId
      readonly route: Route
      readonly purpose: 'connect' | 'handoff'
      readonly withinMs: number | undefined
      /**
       * The event of the server that asked for it, if there is one. The number of connections for one event is limited.
       */
      readonly event: string | undefined
      /** Whether it must be a connection to a primary. */
      readonly requirePrimary: boolean
      /** Whether the address of the connection that serves is the last one to try. */
      readonly avoidCurrent: boolean
    }
  /** Give up a connection that does not serve. */
  | { readonly type: 'discard'; readonly connection: ConnectionId }
  /** New commands wait from now on. */
  | { readonly type: 'pause-commands' }
  /** New commands wait from now on, except those that only read. */
  | { readonly type: 'pause-writes' }
  /** Watch the addresses of the configured name, and tell by `address-moved`. */
  | { readonly type: 'follow-address'; readonly connection: ConnectionId; readonly withinMs: number }
  | { readonly type: 'unfollow-address' }
  /** Something has happened after which the address in use may be out of date. */
  | { readonly type: 'recheck-address' }
  /** Send `released` once the application needs a connection no longer, so that `next` may take over. */
  | {
      readonly type: 'await-release'
      readonly connection: ConnectionId
      readonly next: ConnectionId
      readonly until: Release
    }
  /** Prove that a connection has answered everything, so that `next` may take over. */
  | {
      readonly type: 'fence'
      readonly connection: ConnectionId
      readonly next: ConnectionId
      readonly withinMs: number
    }
  /** Ask a connection whether it lives, while commands wait. */
  | { readonly type: 'probe'; readonly connection: ConnectionId; readonly withinMs: number }
  /** New commands go to this connection from now on; those that wait go first. */
  | { readonly type: 'resume'; readonly connection: ConnectionId; readonly after: ResumeAfter }
  /**
   * Let a connection finish its commands, then close it. `withinMs`: `undefined` where only evidence of its death ends the
   * wait, as nobody knows how long the server takes.
   */
  | { readonly type: 'drain'; readonly connection: ConnectionId; readonly withinMs: number | undefined }
  /** A hand-off failed and the connection will end soon. A pool replaces it. */
  | { readonly type: 'give-up'; readonly connection: ConnectionId }
  /** A search for a primary is over. */
  | { readonly type: 'search-settled'; readonly found: boolean }
  | { readonly type: 'ask-strategy'; readonly retries: number; readonly cause: unknown; readonly flaps: Flaps }
  | { readonly type: 'schedule'; readonly timer: TimerName; readonly afterMs: number }
  | { readonly type: 'cancel'; readonly timer: TimerName }
  | { readonly type: 'relax' }
  | { readonly type: 'restore' }
  /** Tell the application: what happened, on which connection, and in which hand-off. */
  | {
      readonly type: 'emit'
      readonly event: BareEvent
      readonly connection: ConnectionId | undefined
      readonly handoff: number | undefined
    }
  /** It is decided what becomes of a notification: the hooks are told. `handoff`: the one that it begins, or joins. */
  | {
      readonly type: 'settle-notification'
      readonly notification: MaintenanceNotification
      readonly connection: ConnectionId
      readonly handoff: number | undefined
      /** Why it changes nothing; `undefined` where it was handled. */
      readonly ignored: IgnoreCause | undefined
    }
  /** An event of the host library's own. */
  | { readonly type: 'announce'; readonly event: 'connected' | 'reconnecting' }
  | { readonly type: 'announce-error'; readonly error: unknown }
  /** The strategy forbade further attempts: waiting commands fail with this. */
  | { readonly type: 'terminate'; readonly error: unknown; readonly cause: unknown }

/** A decision: the link as it is now, and what is to be done. */
export interface Decision {
  readonly link: LinkState
  readonly effects: readonly Effect[]
}
