/**
 * What the application asks of its client. By its name the log tells how it ended. In a pool, `with` names the checkout
 * whose client is used. Default: any client, for this call only.
 */
export type CallStep =
  /** A command. */
  | {
      readonly at: number
      readonly do: 'send'
      readonly as: string
      readonly command: readonly string[]
      /** How long the caller waits for it to be sent, in milliseconds. Default: no limit. */
      readonly timeoutMs?: number
      readonly with?: string
    }
  /** Keys are watched until the next block. */
  | {
      readonly at: number
      readonly do: 'watch'
      readonly as: string
      readonly keys: readonly string[]
      readonly with?: string
    }
  /** Commands between MULTI and EXEC. */
  | {
      readonly at: number
      readonly do: 'block'
      readonly as: string
      readonly commands: readonly (readonly string[])[]
      readonly with?: string
    }
  /** A listener of that name begins, or ends, to listen. */
  | {
      readonly at: number
      readonly do: 'subscribe' | 'unsubscribe'
      readonly as: string
      readonly channels: readonly string[]
      /** Default `channels`. */
      readonly kind?: ChannelWord
      readonly with?: string
    }

/** What a listener listens to: channels by name, by pattern, or shard channels. */
export type ChannelWord = 'channels' | 'patterns' | 'sharded'

/** Steps that concern commands but are no calls. */
export type CommandStep =
  | CallStep
  | CheckoutStep
  /** The caller of a command aborts it. */
  | { readonly at: number; readonly do: 'abort'; readonly as: string }
  /** Another client of the same data, which no step affects, executes a command at once. */
  | { readonly at: number; readonly do: 'execute'; readonly command: readonly string[] }

/** A task of a pool begins, which keeps a client until the step `return` of the same name. */
export interface CheckoutStep {
  readonly at: number
  readonly do: 'check-out' | 'return'
  /** The name of the task, also for calls that it makes. */
  readonly as: string
}
