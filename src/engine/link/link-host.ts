import type { Clock } from '../../base/clock.js'
import type { Flaps } from '../../core/decide/flapping.js'
import type { Effect, Policy, ResumeAfter } from '../../core/decide/link-state.js'
import type { ConnectionId, Release } from '../../core/decide/phase.js'
import type { BareEvent } from '../../core/events/maint-events.js'
import type { AboutByNumber } from '../../core/events/tell.js'
import type { ReconnectDecision } from '../ports.js'
import type { HookCalls } from './events/hook-calls.js'

/** What performs the decisions about one link. When a member throws, that is an input for the next decision. */
export interface LinkHost {
  readonly context: { readonly clock: Clock }
  /** Calls the hooks of the application. */
  readonly hookCalls: Pick<HookCalls, 'ask' | 'settle'>
  /** The numbers that decisions use. */
  readonly policy: Policy
  /** Whether the wait for a reconnect keeps the process alive. */
  readonly keepsAlive: boolean
  /** Told every effect before it is performed. */
  onEffect(effect: Effect): void
  /** Tells the application what happened. */
  tell(event: BareEvent, about: AboutByNumber): void
  /** Connects and prepares a connection; the shell is told by `dialled`, `dial-failed` or, later, `lost`. */
  dial(request: Extract<Effect, { type: 'dial' }>): void
  discard(connection: ConnectionId): void
  pauseCommands(): void
  /** New commands wait, except those that only read. */
  pauseWrites(): void
  /** Watches the addresses of the configured name; the shell is told by `address-moved`. */
  followAddress(connection: ConnectionId, withinMs: number): void
  unfollowAddress(): void
  /** The address in use may be out of date. */
  recheckAddress(): void
  /**
   * Calls back, perhaps at once, when the application has released a connection. A later call may replace an earlier
   * one.
   */
  awaitRelease(connection: ConnectionId, until: Release, then: () => void): void
  /** Resolves with whether everything sent before was answered in time; never rejects. */
  fence(connection: ConnectionId, withinMs: number): Promise<boolean>
  /** Resolves with whether a connection answers in time; never rejects. */
  probe(connection: ConnectionId, withinMs: number): Promise<boolean>
  resume(connection: ConnectionId, after: ResumeAfter): void
  /** @param withinMs - `undefined`: until it has answered everything, or there is evidence that it is dead. */
  drain(connection: ConnectionId, withinMs: number | undefined): void
  /** A hand-off failed and the connection will end soon. A pool makes another client where it needs one. */
  giveUp(): void
  /** A search for a primary has found one, or none. */
  searchSettled(found: boolean): void
  relax(relaxed: boolean): void
  decideReconnect(retries: number, cause: unknown, flaps: Flaps): ReconnectDecision
  announce(event: 'connected' | 'reconnecting'): void
  announceError(error: unknown): void
  terminate(error: unknown, cause: unknown): void
}
