import { z } from 'zod'
import { count, positiveMs, positiveMsOrOff } from './option-fields.js'

/** How connections are handed off, and when that is done without being told to. */
export interface HandoffOptions {
  /**
   * How long a hand-off may take when the server named no time, in milliseconds.
   *
   * @defaultValue `15_000`
   */
  readonly handoffDeadlineMs?: number
  /**
   * Further dials after the first one of a hand-off failed.
   *
   * @defaultValue `3`
   */
  readonly handoffRetries?: number
  /**
   * The part of the server's grace over which a fleet spreads its hand-offs, from 0 (at once) to 1. When this process
   * dials follows from `instanceId` and the event. Windows shorter than 2 s are not spread.
   *
   * @defaultValue `0.25`
   */
  readonly handoffSpread?: number
  /**
   * What tells this process from the others of its fleet.
   *
   * @defaultValue the host's name and the process id
   */
  readonly instanceId?: string
  /**
   * How many hand-offs to one database may dial at once in this process; at least half of its connections do.
   *
   * @defaultValue by the number of connections: min(n / 2, max(10, n / 3)), at least 1
   */
  readonly handoffWorkers?: number
  /**
   * How many hand-offs may wait for their turn; at least 200.
   *
   * @defaultValue max(20 × workers, n), at most 5 × n, at least 2
   */
  readonly handoffQueueSize?: number
  /**
   * How long new commands wait at most while the old connection answers what it was sent, in milliseconds. When it
   * is over the dispatcher moves all the same, and the old connection drains beside the new one.
   *
   * @defaultValue `1_000`
   */
  readonly fenceTimeoutMs?: number
  /**
   * Whether a move to a host name under TLS checks the certificate for that name. Otherwise the configured name stays the
   * one that the certificate must have, wherever the connection leads.
   *
   * @defaultValue `false`
   */
  readonly tlsNameFromTarget?: boolean
  /**
   * How old a connection may grow before it is handed off to the freshly resolved endpoint, in milliseconds. Each one
   * leaves up to a fifth earlier, and one at a time. `false` sets no limit, whatever the environment says.
   *
   * @defaultValue the environment variable `REDIS_HITLESS_MAX_CONNECTION_AGE_MS`; without it, no limit
   */
  readonly maxConnectionAgeMs?: number | false
  /**
   * The same for a connection on which the application has sent nothing for so long, in milliseconds.
   *
   * @defaultValue the environment variable `REDIS_HITLESS_MAX_CONNECTION_IDLE_MS`; without it, no limit
   */
  readonly maxConnectionIdleMs?: number | false
}

/** What the fields must look like. */
export const handoffFields: Readonly<Record<keyof HandoffOptions, z.ZodType>> = {
  handoffDeadlineMs: positiveMs.optional(),
  handoffRetries: z.number().int().min(0).max(10).optional(),
  handoffSpread: z.number().min(0).max(1).optional(),
  instanceId: z.string().min(1).optional(),
  handoffWorkers: count.optional(),
  handoffQueueSize: count.optional(),
  fenceTimeoutMs: positiveMs.optional(),
  tlsNameFromTarget: z.boolean().optional(),
  maxConnectionAgeMs: positiveMsOrOff.optional(),
  maxConnectionIdleMs: positiveMsOrOff.optional(),
}
