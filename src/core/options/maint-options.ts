import type { Policy } from '../decide/link-state.js'
import type { EndpointType } from './endpoint-type.js'
import type { HandoffOptions } from './handoff-options.js'
import type { HitlessOptions, ReadOnlyRecovery, RetryInFlight } from './hitless-options.js'
import type { AzureReactions, Provider } from './provider-options.js'

/** Whether to ask the server for notifications: never, where it can, or always (then its refusal is an error). */
export type MaintMode = 'disabled' | 'auto' | 'enabled'

/** What concerns notifications, and the hand-offs that follow. Every field has a default. */
export interface MaintOptions {
  /**
   * `auto` asks, and works without notifications where the server refuses; `enabled` fails to connect there, and on
   * RESP2, with `MAINT_UNSUPPORTED`; `disabled` never asks.
   *
   * @defaultValue `'auto'`
   */
  readonly mode?: MaintMode
  /**
   * The kind of address to be named in MOVING. `auto` goes by the address that the connection reached, and by TLS.
   *
   * @defaultValue `'auto'`
   */
  readonly endpointType?: EndpointType | 'auto'
  /**
   * What command timeouts are raised to while a window is open, in milliseconds. Longer ones stay, disabled ones stay
   * disabled. `false` leaves them alone.
   *
   * @defaultValue `10_000`
   */
  readonly relaxedTimeoutMs?: number | false
  /**
   * The same for the socket's idle timeout, in milliseconds. `false` leaves it alone.
   *
   * @defaultValue `10_000`
   */
  readonly relaxedSocketTimeoutMs?: number | false
  /**
   * How long timeouts stay relaxed after a hand-off, and after a window whose end the server told, in milliseconds; 0 for
   * not at all.
   *
   * @defaultValue twice `relaxedTimeoutMs`; `1_000` after a window
   */
  readonly tailMs?: number
  /**
   * How connections are handed off.
   *
   * @defaultValue `{}`: with the defaults of its fields
   */
  readonly handoff?: HandoffOptions
}

/**
 * The flat names that clients of Redis have in common. They are accepted too; `maintNotifications` takes precedence. Their
 * defaults are those of the options that they stand for.
 */
export interface FlatMaintOptions {
  /** As {@link MaintOptions.endpointType}. */
  readonly maintEndpointType?: EndpointType | 'auto'
  /** Milliseconds, as {@link MaintOptions.relaxedTimeoutMs}. */
  readonly maintRelaxedCommandTimeout?: number
  /** Milliseconds, as {@link MaintOptions.relaxedSocketTimeoutMs}. */
  readonly maintRelaxedSocketTimeout?: number
}

/** All options of this library, as they stand among those of a client. */
export interface OwnOptions extends FlatMaintOptions {
  /**
   * Whether to ask for notifications, or all that concerns them.
   *
   * @defaultValue `'auto'`
   */
  readonly maintNotifications?: MaintMode | MaintOptions
  /**
   * What is found without notifications. `false` turns everything off, notifications too: the client is the plain one. Where it
   * is not given, `maintNotifications: 'disabled'` alone does the same.
   *
   * @defaultValue `{}`: everything is on, with the defaults of its groups
   */
  readonly hitless?: HitlessOptions | false
}

/** Every option with its value. */
export interface ResolvedMaintOptions {
  readonly mode: MaintMode
  readonly endpointType: EndpointType | 'auto'
  readonly relaxedTimeoutMs: number | false
  readonly relaxedSocketTimeoutMs: number | false
  readonly tlsNameFromTarget: boolean
  /** `undefined`: this machine and process. */
  readonly instanceId: string | undefined
  readonly handoffWorkers: number | undefined
  readonly handoffQueueSize: number | undefined
  /** Whether it is only told what would be done. */
  readonly dryRun: boolean
  readonly unresponsiveTimeoutMs: number | false
  readonly healthCheckIntervalMs: number | false
  readonly readOnlyRecovery: ReadOnlyRecovery
  readonly retryInFlight: RetryInFlight
  readonly failFast: boolean
  readonly maxBackoffMs: number
  readonly maxWaitingCommands: number
  /** Whether the pauses between attempts are those of the host. */
  readonly hostPauses: boolean
  readonly addressCheckIntervalMs: number | false
  readonly addressCheckAfterMaintenance: boolean
  /** Options of TLS for the next connection. */
  readonly tls: (() => object) | undefined
  readonly maxConnectionAgeMs: number | false
  readonly maxConnectionIdleMs: number | false
  readonly provider: Provider | 'auto'
  readonly azureEvents: 'auto' | boolean
  readonly azureReactions: Required<AzureReactions>
  readonly policy: Policy
}
