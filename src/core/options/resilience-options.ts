import { z } from 'zod'
import { count, positiveMs, positiveMsOrOff } from './option-fields.js'

/** What to do when a server turns out to be a replica: see {@link ResilienceOptions.readOnlyRecovery}. */
export type ReadOnlyRecovery = 'replay' | 'replay-single' | 'reconnect' | 'report'

/** Which commands may be sent again when their connection broke before the answer: see {@link ResilienceOptions.retryInFlight}. */
export type RetryInFlight = 'reads' | 'none' | ((command: readonly unknown[]) => boolean)

/** How trouble is found and survived that no server announces. */
export interface ResilienceOptions {
  /**
   * What a READONLY answer leads to. `replay`: the connection is replaced by one to a primary, and the command, which the
   * server refused without executing it, is sent there; scripts and MULTI blocks too, where nothing of them was executed.
   * `replay-single`: only single commands are sent again. `reconnect`: none is. `report`: nothing but an event.
   *
   * @defaultValue `'replay'`
   */
  readonly readOnlyRecovery?: ReadOnlyRecovery
  /**
   * Which commands may be sent again when their connection broke before they were answered: those that only read, none, or
   * those for which a function returns `true`. What it is asked about may have been executed.
   *
   * @defaultValue `'reads'`
   */
  readonly retryInFlight?: RetryInFlight
  /**
   * How long a connection that owes answers may send nothing before another one is made beside it, in milliseconds; the
   * first that speaks goes on. `false` never doubts a connection.
   *
   * @defaultValue `3_000`
   */
  readonly unresponsiveTimeoutMs?: number | false
  /**
   * After how long without dispatcher a connection is sent a PING, in milliseconds, give or take a tenth. Connections that
   * listen, as subscribers and blocking commands do, are looked at every 5 s at the latest. `false` sends none.
   *
   * @defaultValue `30_000`
   */
  readonly healthCheckIntervalMs?: number | false
  /**
   * How often the addresses of the configured name are compared with the one in use, in milliseconds, give or take a tenth.
   * A connection whose address is missing twice in a row is handed off. `false` never asks.
   *
   * @defaultValue `60_000`
   */
  readonly addressCheckIntervalMs?: number | false
  /**
   * Whether commands fail with `UNAVAILABLE` while the server cannot be reached, instead of waiting for it.
   *
   * @defaultValue `false`
   */
  readonly failFast?: boolean
  /**
   * The longest pause between two attempts to reach a server, in milliseconds, where no `reconnectStrategy` is given. Pauses
   * grow with the outage: to 1 s, and after 40 s to a fortieth part of its length.
   *
   * @defaultValue `30_000`
   */
  readonly maxBackoffMs?: number
  /**
   * How many commands may wait while nothing serves; one more fails with `GATE_FULL`.
   *
   * @defaultValue `100_000`
   */
  readonly maxWaitingCommands?: number
}

/** What the fields must look like. */
export const resilienceFields: Readonly<Record<keyof ResilienceOptions, z.ZodType>> = {
  readOnlyRecovery: z.enum(['replay', 'replay-single', 'reconnect', 'report']).optional(),
  retryInFlight: z.union([z.enum(['reads', 'none']), z.custom<RetryInFlight>(isFunction)]).optional(),
  unresponsiveTimeoutMs: positiveMsOrOff.optional(),
  healthCheckIntervalMs: positiveMsOrOff.optional(),
  addressCheckIntervalMs: positiveMsOrOff.optional(),
  failFast: z.boolean().optional(),
  maxBackoffMs: positiveMs.optional(),
  maxWaitingCommands: count.optional(),
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}
