import type { AzureOptions, Provider } from './provider-options.js'

/**
 * What the client finds and survives without any notification, by group. Each group takes an object, or `false` for
 * "off". Fields that are not given have their defaults.
 */
export interface HitlessOptions {
  /**
   * Whether it is only told what would be done: notifications and answers are read and decided about, and nothing else
   * happens. No timeout is raised, no connection is handed off, no command waits or is sent again.
   *
   * @defaultValue `false`
   */
  readonly dryRun?: boolean
  /**
   * Whether connections that say nothing are doubted. `false`: never; the operating system finds them.
   *
   * @defaultValue `{}`: they are, with the defaults of its fields
   */
  readonly health?: HealthOptions | false
  /**
   * What is sent again, and on which connection. `false`: nothing is, and no connection is left because of an answer:
   * `readOnly: 'report'`, `retryInFlight: 'none'`.
   *
   * @defaultValue `{}`: with the defaults of its fields
   */
  readonly recovery?: RecoveryOptions | false
  /**
   * How commands, and attempts to connect, wait while the server is away. `false`: commands wait, and the pauses are the
   * host's, as with `failFast: false` and `maxBackoffMs: false`. What stays: clients of one database dial one at a time during
   * an outage, `availability:changed` is told, and `maxWaitingCommands` has its default.
   *
   * @defaultValue `{}`: with the defaults of its fields
   */
  readonly availability?: AvailabilityOptions | false
  /**
   * Whether the addresses of the configured name are compared with the one in use. `false`: never, and no connection is left
   * because its address is gone. What stays: each dial resolves the name, and a `MOVING` without an endpoint follows it.
   *
   * @defaultValue `{}`: they are, with the defaults of its fields
   */
  readonly addresses?: AddressOptions | false
  /**
   * Gives options of Node's `tls.connect` for the next connection, such as renewed `cert` and `key`; they count before those
   * in `socket`. Asked for every connection; must return at once. Where it throws, that attempt to connect fails with
   * `OPTIONS_INVALID`. Getters for such options in `socket` are asked as well.
   *
   * @defaultValue none: only such getters are asked
   */
  readonly tls?: () => object
  /**
   * How old connections may become. `false`: there is no limit, whatever the environment says.
   *
   * @defaultValue `{}`: with the defaults of its fields
   */
  readonly age?: AgeOptions | false
  /**
   * Which service runs the server. It decides defaults of options that are not given. `'auto'` goes by the configured
   * host name; `status()` also by whether the server accepts the opt-in. `false`: no provider's defaults, as with
   * `'generic'`.
   *
   * @defaultValue `'auto'`
   */
  readonly provider?: Provider | 'auto' | false
  /**
   * Whether Azure's own announcements are listened to, and acted on. `false`: neither.
   *
   * @defaultValue `{}`: with the defaults of its fields
   */
  readonly azure?: AzureOptions | false
}

/** When a connection is doubted. */
export interface HealthOptions {
  /**
   * How long a connection that owes answers may send nothing before another one is made beside it, in milliseconds; the
   * first that speaks goes on. The other one keeps what it owes while anything speaks for it. `false` never doubts a connection.
   *
   * @defaultValue `3_000`
   */
  readonly unresponsiveAfterMs?: number | false
  /**
   * After how long without a command a connection is sent a PING, in milliseconds, with a random deviation of up to a
   * tenth. The idle connections of a process are asked together, up to another tenth earlier. Subscribers are sent one
   * after 2 s at the latest, and blocking commands are asked about after 5 s. `false` sends none.
   *
   * @defaultValue `30_000`
   */
  readonly checkIntervalMs?: number | false
}

/** What to do when a server turns out to be a replica: see {@link RecoveryOptions.readOnly}. */
export type ReadOnlyRecovery = 'replay' | 'replay-single' | 'reconnect' | 'report'

/** How a command lost its connection. */
export interface Loss {
  /** The connection did not break: it was silent, and given up as dead. A server that was only stopped may go on later. */
  readonly wasUnresponsive: boolean
  /** It was ended since what came on it is no answer of a Redis server, or of something in between that is broken. */
  readonly wasUnreadable: boolean
}

/** Which commands may be sent again when their connection broke before the answer: see {@link RecoveryOptions.retryInFlight}. */
export type RetryInFlight = 'reads' | 'none' | ((command: readonly unknown[], loss: Loss) => boolean)

/** What is sent again. */
export interface RecoveryOptions {
  /**
   * What a READONLY answer leads to. `replay`: the connection is replaced by one to a primary, and the command, which
   * was not executed, is sent there. So are scripts and MULTI blocks, where nothing of them was executed.
   * `replay-single`: only single commands are sent again. `reconnect`: none is. `report`: nothing but an event.
   *
   * @defaultValue `'replay'`
   */
  readonly readOnly?: ReadOnlyRecovery
  /**
   * Which commands may be sent again when their connection broke before they were answered: those that only read, none,
   * or those for which a function returns `true`. The commands in question may have been executed.
   *
   * @defaultValue `'reads'`
   */
  readonly retryInFlight?: RetryInFlight
}

/** What happens while the server is away. */
export interface AvailabilityOptions {
  /**
   * Whether commands fail with `UNAVAILABLE` while the server cannot be reached. `false`: they wait for it.
   *
   * @defaultValue `false`
   */
  readonly failFast?: boolean
  /**
   * The longest pause between two attempts to reach a server, in milliseconds, where no `reconnectStrategy` is given. Pauses
   * grow with the outage: to 1 s, and after 40 s to a fortieth part of its length. `false` leaves the pauses to the host's own
   * strategy: 50 ms, doubling up to 2 s, and up to 200 ms of jitter.
   *
   * @defaultValue `30_000`
   */
  readonly maxBackoffMs?: number | false
  /**
   * How many commands may wait while nothing serves; one more fails with `GATE_FULL`. The host's `commandsQueueMaxLength`
   * counts where it is set.
   *
   * @defaultValue `100_000`; over ioredis, whose own queue has none, no bound
   */
  readonly maxWaitingCommands?: number
}

/** When the addresses of the configured name are compared with the one in use. */
export interface AddressOptions {
  /**
   * How often they are compared with the one in use, in milliseconds, with a random deviation of up to a tenth. A
   * connection whose address is missing twice in a row is handed off. `false` makes no regular checks.
   *
   * @defaultValue `60_000`
   */
  readonly checkIntervalMs?: number | false
  /**
   * Whether they are also compared when an announced migration or failover has ended: at once, and several times in the
   * next minute.
   *
   * @defaultValue `true`
   */
  readonly checkAfterMaintenance?: boolean
}

/** How long connections live. */
export interface AgeOptions {
  /**
   * How old a connection may become before it is handed off to the configured endpoint, resolved again, in
   * milliseconds. Each connection leaves up to a fifth earlier, and one at a time. `false` sets no limit, whatever the
   * environment says.
   *
   * @defaultValue the environment variable `REDIS_HITLESS_MAX_CONNECTION_AGE_MS`; without it the provider's, or no limit
   */
  readonly maxAgeMs?: number | false
  /**
   * The same for a connection on which the application has sent nothing for so long, in milliseconds.
   *
   * @defaultValue the environment variable `REDIS_HITLESS_MAX_CONNECTION_IDLE_MS`; without it no limit
   */
  readonly maxIdleMs?: number | false
}
