/** Subscriptions were without a connection. What was published in that time was not received. */
export interface SubscriptionsInterrupted {
  /** When the loss was noticed, in milliseconds since 1970; messages may be missing from a little earlier. */
  readonly fromAt: number
  /** When every subscription was confirmed again, in milliseconds since 1970. */
  readonly untilAt: number
}

/** The kinds of subscription. */
export type SubscriptionKind = 'channels' | 'patterns' | 'shard-channels'

/** A server refused subscriptions that another one had accepted. They are tried again; the others deliver. */
export interface SubscriptionsRefused {
  readonly kind: SubscriptionKind
  /** The channels or patterns. */
  readonly channels: readonly string[]
  /** What the first of them was refused with. */
  readonly error: unknown
}

/** Subscriptions that were refused are accepted now: what was published meanwhile was not heard. */
export interface SubscriptionsRestored {
  readonly kind: SubscriptionKind
  /** The channels or patterns. */
  readonly channels: readonly string[]
  /** When the first of them was refused, in milliseconds since 1970. */
  readonly refusedAt: number
}
