import { z } from 'zod'
import { HitlessError } from '../../base/errors.js'
import type { Policy } from '../decide/link-state.js'
import type { ProviderPreset } from '../provider/provider-preset.js'
import { ENDPOINT_TYPES, type EndpointType } from './endpoint-type.js'
import { type HandoffOptions, handoffFields } from './handoff-options.js'
import { positiveMsOrOff } from './option-fields.js'
import { type AzureReactions, type Provider, type ProviderOptions, providerFields } from './provider-options.js'
import {
  type ReadOnlyRecovery,
  type ResilienceOptions,
  type RetryInFlight,
  resilienceFields,
} from './resilience-options.js'

/** Whether to ask the server for notifications: never, where it can, or always (then its refusal is an error). */
export type MaintMode = 'disabled' | 'auto' | 'enabled'

/** How a client deals with maintenance. Every field has a default. */
export interface MaintOptions extends HandoffOptions, ResilienceOptions, ProviderOptions {
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
}

/** Every option with its value. */
export interface ResolvedMaintOptions {
  readonly mode: MaintMode
  readonly endpointType: EndpointType | 'auto'
  readonly relaxedTimeoutMs: number | false
  readonly relaxedSocketTimeoutMs: number | false
  readonly maxWaitingCommands: number
  readonly tlsNameFromTarget: boolean
  /** `undefined`: this machine and process. */
  readonly instanceId: string | undefined
  readonly handoffWorkers: number | undefined
  readonly handoffQueueSize: number | undefined
  /** `undefined`: what the environment says. */
  readonly maxConnectionAgeMs: number | false | undefined
  readonly maxConnectionIdleMs: number | false | undefined
  readonly readOnlyRecovery: ReadOnlyRecovery
  readonly retryInFlight: RetryInFlight
  readonly unresponsiveTimeoutMs: number | false
  readonly healthCheckIntervalMs: number | false
  readonly addressCheckIntervalMs: number | false
  readonly failFast: boolean
  readonly maxBackoffMs: number
  readonly provider: Provider | 'auto'
  readonly azureEvents: 'auto' | boolean
  readonly azureReactions: Required<AzureReactions>
  readonly policy: Policy
}

const schema: z.ZodType<MaintOptions> = z.strictObject({
  mode: z.enum(['disabled', 'auto', 'enabled']).optional(),
  endpointType: z.enum(['auto', ...ENDPOINT_TYPES]).optional(),
  relaxedTimeoutMs: positiveMsOrOff.optional(),
  relaxedSocketTimeoutMs: positiveMsOrOff.optional(),
  tailMs: z.number().finite().nonnegative().optional(),
  ...handoffFields,
  ...resilienceFields,
  ...providerFields,
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

/** What is used where the user left an option open. */
const DEFAULTS = {
  mode: 'auto',
  endpointType: 'auto',
  relaxedTimeoutMs: DEFAULT_RELAXED_MS,
  relaxedSocketTimeoutMs: DEFAULT_RELAXED_MS,
  maxWaitingCommands: 100_000,
  tlsNameFromTarget: false,
  instanceId: undefined,
  handoffWorkers: undefined,
  handoffQueueSize: undefined,
  maxConnectionAgeMs: undefined,
  maxConnectionIdleMs: undefined,
  readOnlyRecovery: 'replay',
  retryInFlight: 'reads',
  unresponsiveTimeoutMs: 3_000,
  healthCheckIntervalMs: 30_000,
  addressCheckIntervalMs: 60_000,
  failFast: false,
  maxBackoffMs: 30_000,
  provider: 'auto',
  azureEvents: 'auto',
} as const

const ALL_REACTIONS: Required<AzureReactions> = { relax: true, pauseWrites: true, reconnect: true, refresh: true }

/**
 * Checks the options and fills in the defaults.
 *
 * @param input - A mode, or an object; never changed.
 * @param preset - What counts in place of the general defaults.
 * @throws HitlessError `OPTIONS_INVALID` naming each option that is unknown, of the wrong type or out of range.
 */
export function resolveMaintOptions(
  input: MaintMode | MaintOptions | undefined,
  preset: ProviderPreset = {},
): ResolvedMaintOptions {
  const parsed = schema.safeParse(typeof input === 'string' ? { mode: input } : (input ?? {}))
  if (!parsed.success) throw invalidOptions(parsed.error)
  const given = withoutUndefined(parsed.data)
  const { tailMs, handoffDeadlineMs, handoffRetries, handoffSpread, fenceTimeoutMs, azureReactions, ...plain } = given
  const open = plain.azureEvents === 'auto' ? { azureEvents: preset.azureEvents ?? 'auto' } : {}
  const options = { ...DEFAULTS, ...preset, ...plain, ...open }
  return Object.freeze({
    ...options,
    azureReactions: Object.freeze({ ...ALL_REACTIONS, ...withoutUndefined(azureReactions ?? {}) }),
    policy: Object.freeze({
      windowMaxMs: WINDOW_MAX_MS,
      tailMs: tailMs ?? 2 * (options.relaxedTimeoutMs || DEFAULT_RELAXED_MS),
      handoffDeadlineMs: handoffDeadlineMs ?? 15_000,
      handoffRetries: handoffRetries ?? 3,
      handoffBackoffMs: HANDOFF_BACKOFF_MS,
      handoffSpread: handoffSpread ?? 0.25,
      seed: 0,
      followsAddress: false,
      fenceTimeoutMs: fenceTimeoutMs ?? 1_000,
      drainMs: DRAIN_MS,
    }),
  })
}

/** An option that is set to `undefined` is left open. */
function withoutUndefined<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> }
}

function invalidOptions(error: z.ZodError): HitlessError {
  const problems = error.issues.map(issue => `${['maintNotifications', ...issue.path].join('.')}: ${issue.message}`)
  return new HitlessError('OPTIONS_INVALID', problems.join('; '), { facts: { problems } })
}
