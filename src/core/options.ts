import { z } from 'zod'
import { HitlessError } from '../base/errors.js'
import { ENDPOINT_TYPES, type EndpointType } from './endpoint-type.js'
import type { Policy } from './slot.js'

/** Whether to ask the server for notifications: never, where it can, or always (then its refusal is an error). */
export type MaintMode = 'disabled' | 'auto' | 'enabled'

/** How a client deals with maintenance. Every field has a default. */
export interface MaintOptions {
  /**
   * `auto` asks and goes on quietly where the server refuses; `enabled` fails to connect there, and on RESP2, with
   * `MAINT_UNSUPPORTED`; `disabled` never asks.
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
   * The same for the socket's idle timeout.
   *
   * @defaultValue `10_000`
   */
  readonly relaxedSocketTimeoutMs?: number | false
  /**
   * How long timeouts stay relaxed after the last window closed, in milliseconds.
   *
   * @defaultValue twice `relaxedTimeoutMs`
   */
  readonly tailMs?: number
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
   * How long new commands are held at most while the old connection answers what it was sent, in milliseconds. When it
   * is over the traffic moves all the same, and the old connection drains beside the new one.
   *
   * @defaultValue `1_000`
   */
  readonly fenceTimeoutMs?: number
  /**
   * How many commands may wait while nothing serves; one more fails with `GATE_FULL`.
   *
   * @defaultValue `100_000`
   */
  readonly maxHeldCommands?: number
  /**
   * Whether a move to a host name under TLS checks the certificate for that name. Otherwise the configured name stays the
   * one that the certificate must have, wherever the connection leads.
   *
   * @defaultValue `false`
   */
  readonly tlsNameFromTarget?: boolean
}

/** Every option with its value. */
export interface ResolvedMaintOptions {
  readonly mode: MaintMode
  readonly endpointType: EndpointType | 'auto'
  readonly relaxedTimeoutMs: number | false
  readonly relaxedSocketTimeoutMs: number | false
  readonly maxHeldCommands: number
  readonly tlsNameFromTarget: boolean
  readonly policy: Policy
}

const positiveMs = z.number().finite().positive()
const relaxedMs = z.union([positiveMs, z.literal(false)])

const schema: z.ZodType<MaintOptions> = z.strictObject({
  mode: z.enum(['disabled', 'auto', 'enabled']).optional(),
  endpointType: z.enum(['auto', ...ENDPOINT_TYPES]).optional(),
  relaxedTimeoutMs: relaxedMs.optional(),
  relaxedSocketTimeoutMs: relaxedMs.optional(),
  tailMs: z.number().finite().nonnegative().optional(),
  handoffDeadlineMs: positiveMs.optional(),
  handoffRetries: z.number().int().min(0).max(10).optional(),
  fenceTimeoutMs: positiveMs.optional(),
  maxHeldCommands: z.number().int().positive().optional(),
  tlsNameFromTarget: z.boolean().optional(),
}) as z.ZodType<MaintOptions>

const DEFAULT_RELAXED_MS = 10_000

/** How long a window stays open whose end is never told; the longest that other clients allow. */
const WINDOW_MAX_MS: Policy['windowMaxMs'] = Object.freeze({
  migrating: 600_000,
  'failing-over': 60_000,
  'slots-migrating': 600_000,
})

const HANDOFF_BACKOFF_MS = 100

/** How long a connection that was left may outlive the server's grace. */
const DRAIN_MS = 2_000

/**
 * Checks the options and fills in the defaults.
 *
 * @param input - A mode, or an object; never changed.
 * @throws HitlessError `OPTIONS_INVALID` naming each option that is unknown, of the wrong type or out of range.
 */
export function resolveMaintOptions(input: MaintMode | MaintOptions | undefined): ResolvedMaintOptions {
  const parsed = schema.safeParse(typeof input === 'string' ? { mode: input } : (input ?? {}))
  if (!parsed.success) throw invalidOptions(parsed.error)
  const options = parsed.data
  const { relaxedTimeoutMs = DEFAULT_RELAXED_MS, relaxedSocketTimeoutMs = DEFAULT_RELAXED_MS } = options
  return Object.freeze({
    mode: options.mode ?? 'auto',
    endpointType: options.endpointType ?? 'auto',
    relaxedTimeoutMs,
    relaxedSocketTimeoutMs,
    maxHeldCommands: options.maxHeldCommands ?? 100_000,
    tlsNameFromTarget: options.tlsNameFromTarget ?? false,
    policy: Object.freeze({
      windowMaxMs: WINDOW_MAX_MS,
      tailMs: options.tailMs ?? 2 * (relaxedTimeoutMs || DEFAULT_RELAXED_MS),
      handoffDeadlineMs: options.handoffDeadlineMs ?? 15_000,
      handoffRetries: options.handoffRetries ?? 3,
      handoffBackoffMs: HANDOFF_BACKOFF_MS,
      fenceTimeoutMs: options.fenceTimeoutMs ?? 1_000,
      drainMs: DRAIN_MS,
    }),
  })
}

function invalidOptions(error: z.ZodError): HitlessError {
  const problems = error.issues.map(issue => `${['maintNotifications', ...issue.path].join('.')}: ${issue.message}`)
  return new HitlessError('OPTIONS_INVALID', problems.join('; '), { facts: { problems } })
}
