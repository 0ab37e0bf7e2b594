import type { HandoffCancelled, HandoffCompleted, HandoffFailed } from './handoff-events.js'
import type { HookedType, IgnoreCause, NotificationOf } from './hooked-notification.js'
import type { EventConnection, HandoffContext } from './maint-events.js'

/** Where a notification came from, and what it is about. */
export interface HookContext {
  /** When the hook was called, in milliseconds since 1970. */
  readonly at: number
  /** Who told it: the server of this connection, a signal of the application, or Azure's channel. */
  readonly source: 'server' | 'signal' | 'azure'
  /** The number of the client, or of the client within its pool, in this process. */
  readonly link: number
  /** The number of the pool in this process; `undefined` for a client of its own. */
  readonly pool: number | undefined
  /** The endpoint that is configured, of a cluster that of the node; `undefined` for a unix socket. */
  readonly node: string | undefined
  /** The connection that it came on; of what Azure published, the one that serves. */
  readonly connection: EventConnection | undefined
  /** Whether commands block on that connection. */
  readonly blocking: boolean
  /** Whether the client is subscribed to channels. */
  readonly subscribed: boolean
}

/** What became of a notification. */
export type NotificationOutcome =
  /** `handoffId`: the hand-off that it began, or joined; `undefined` where it leads to none. */
  | { readonly result: 'handled'; readonly handoffId: string | undefined }
  | { readonly result: 'ignored'; readonly cause: IgnoreCause }

/** How a hand-off ended: what the event of its end says. */
export type HandoffEnd =
  | ({ readonly result: 'completed' } & HandoffCompleted & HandoffContext)
  | ({ readonly result: 'failed' } & HandoffFailed & HandoffContext)
  | ({ readonly result: 'cancelled' } & HandoffCancelled & HandoffContext)

/**
 * Code of the user around each notification. What it throws, or rejects with, is reported as `hook:failed` and changes
 * nothing else. Nothing waits for a promise.
 *
 * @example
 * ```ts
 * const off = client.maint.hooks.use({
 *   types: ['moving'],
 *   before: moving => ({ ...moving, endpoint: { host: 'proxy.example.com', port: 6380 } }),
 *   after: (_, outcome, { connection }) => console.log(outcome, connection?.address),
 * })
 * ```
 */
export interface MaintHook<K extends HookedType = HookedType> {
  /** Which notifications it is called for. Default: all of them. */
  readonly types?: readonly K[]
  /**
   * Runs before anything is done about the notification. With `'skip'` nothing is done about it. With another
   * notification that one is acted on: it has the same type, and other values of the fields that say what is to happen.
   */
  before?(
    notification: NotificationOf<K>,
    context: HookContext,
    // biome-ignore lint/suspicious/noConfusingVoidType: a hook that only observes returns nothing
  ): NotificationOf<K> | 'skip' | undefined | void
  /** Runs once it is decided what becomes of the notification. */
  after?(notification: NotificationOf<K>, outcome: NotificationOutcome, context: HookContext): void
  /** Runs when a hand-off has ended that the notification led to. */
  handoffEnded?(notification: NotificationOf<K>, end: HandoffEnd, context: HookContext): void
}
