import type { Policy } from '../decide/link-state.js'
import { chooseProvider } from '../provider/provider.js'
import { type ProviderPreset, presetFor } from '../provider/provider-preset.js'
import type { HandoffOptions } from './handoff-options.js'
import type {
  AddressOptions,
  AgeOptions,
  AvailabilityOptions,
  HealthOptions,
  RecoveryOptions,
} from './hitless-options.js'
import type { MaintOptions, OwnOptions, ResolvedMaintOptions } from './maint-options.js'
import { type CheckedHitless, type CheckedOptions, checkOptions } from './options-schema.js'
import type { AzureReactions } from './provider-options.js'

/** What else decides besides the options. */
export interface OptionsContext {
  /** The configured host, by which the provider is told; `undefined` for a unix socket. */
  readonly host?: string | undefined
  /** What the environment sets: it counts after the options, and before presets. */
  readonly age?: AgeOptions
  /** What the host does by default: it counts after the options. Always the same object for the same. */
  readonly recovery?: RecoveryOptions | undefined
  /** Gives the options of TLS that the host's options have getters for. */
  readonly tls?: (() => object) | undefined
}

const DEFAULT_RELAXED_MS = 10_000

/** How long a window stays open if its end is never announced: the longest time that other clients allow. */
const WINDOW_MAX_MS: Policy['windowMaxMs'] = Object.freeze({
  migrating: 600_000,
  'failing-over': 60_000,
  'slots-migrating': 600_000,
})

/** How long timeouts stay relaxed when a server says that it is done: a stuck one must be noticed soon. */
const WINDOW_TAIL_MS = 1_000

const HANDOFF_BACKOFF_MS = 100

/** How long a connection that was left may outlive the server's grace. */
const DRAIN_MS = 2_000

const NOTIFICATIONS: Required<Omit<MaintOptions, 'tailMs' | 'handoff'>> = {
  mode: 'auto',
  endpointType: 'auto',
  relaxedTimeoutMs: DEFAULT_RELAXED_MS,
  relaxedSocketTimeoutMs: DEFAULT_RELAXED_MS,
}
const HANDOFF: Required<Omit<HandoffOptions, 'instanceId' | 'workers' | 'queueSize'>> = {
  deadlineMs: 15_000,
  retries: 3,
  spread: 0.25,
  fenceTimeoutMs: 1_000,
  tlsNameFromTarget: false,
}
const HEALTH: Required<HealthOptions> = { unresponsiveAfterMs: 3_000, checkIntervalMs: 30_000 }
const RECOVERY: Required<RecoveryOptions> = { readOnly: 'replay', retryInFlight: 'reads' }
const LONGEST_PAUSE_MS = 30_000
const AVAILABILITY: Required<AvailabilityOptions> = {
  failFast: false,
  maxBackoffMs: LONGEST_PAUSE_MS,
  maxWaitingCommands: 100_000,
}
const ADDRESSES: Required<AddressOptions> = { checkIntervalMs: 60_000, checkAfterMaintenance: true }
const AGE: Required<AgeOptions> = { maxAgeMs: false, maxIdleMs: false }
const REACTIONS: Required<AzureReactions> = { relax: true, pauseWrites: true, reconnect: true, refresh: true }

/** The groups of `hitless` with the values of all their fields where nothing else says them. */
export const GROUP_DEFAULTS: Readonly<Record<string, object>> = {
  health: HEALTH,
  recovery: RECOVERY,
  availability: AVAILABILITY,
  addresses: ADDRESSES,
  age: AGE,
}

/**
 * Checks the options and fills in the fields that are not given: from the environment, then from the provider's
 * defaults, then from the general ones.
 *
 * @param given - Neither changed nor kept.
 * @throws HitlessError `OPTIONS_INVALID` naming each option that is unknown, of the wrong type or out of range.
 */
export function resolveOptions(given: OwnOptions, context: OptionsContext = {}): ResolvedMaintOptions {
  if (saysAnything(given) || saysAnything(context.age) || context.tls !== undefined) return resolve(given, context)
  const preset = presetOf({}, context.host)
  const shared = withoutOptions.get(context.recovery ?? RECOVERY) ?? new WeakMap()
  const known = shared.get(preset) ?? resolve({}, context)
  withoutOptions.set(context.recovery ?? RECOVERY, shared.set(preset, known))
  return known
}

/** The values where neither an option nor a variable is set, by the host's defaults and the provider's. All such clients share them. */
const withoutOptions = new WeakMap<RecoveryOptions, WeakMap<ProviderPreset, ResolvedMaintOptions>>()

function resolve(given: OwnOptions, context: OptionsContext): ResolvedMaintOptions {
  const checked = checkOptions(given)
  const { policy, ...notifications } = resolveNotifications(checked)
  const { dryRun = false } = checked.hitless
  const groups = resolveGroups(checked.hitless, context)
  return Object.freeze({ ...notifications, ...groups, dryRun, policy: Object.freeze({ ...policy, dryRun }) })
}

function saysAnything(options: object | undefined): boolean {
  return options !== undefined && Object.values(options).some(value => value !== undefined)
}

function presetOf({ provider = 'auto' }: CheckedHitless, host: string | undefined): ProviderPreset {
  return presetFor(chooseProvider(provider, { host }).provider, host)
}

type NotificationNames =
  | keyof typeof NOTIFICATIONS
  | 'tlsNameFromTarget'
  | 'instanceId'
  | 'handoffWorkers'
  | 'handoffQueueSize'
  | 'policy'

function resolveNotifications(checked: CheckedOptions): Pick<ResolvedMaintOptions, NotificationNames> {
  const { handoff = {}, tailMs, ...given } = checked.notifications
  const notifications = fill(NOTIFICATIONS, checked.flat, given)
  const { instanceId, workers, queueSize, ...others } = handoff
  const { deadlineMs, retries, spread, fenceTimeoutMs, tlsNameFromTarget } = fill(HANDOFF, others)
  return {
    ...notifications,
    tlsNameFromTarget,
    instanceId,
    handoffWorkers: workers,
    handoffQueueSize: queueSize,
    policy: Object.freeze({
      windowMaxMs: WINDOW_MAX_MS,
      windowTailMs: tailMs ?? WINDOW_TAIL_MS,
      tailMs: tailMs ?? 2 * (notifications.relaxedTimeoutMs || DEFAULT_RELAXED_MS),
      handoffDeadlineMs: deadlineMs,
      handoffRetries: retries,
      handoffBackoffMs: HANDOFF_BACKOFF_MS,
      handoffSpread: spread,
      seed: 0,
      followsAddress: false,
      fenceTimeoutMs,
      drainMs: DRAIN_MS,
    }),
  }
}

function resolveGroups(
  given: CheckedHitless,
  { host, age: environment = {}, tls, recovery: asHost }: OptionsContext,
): Omit<ResolvedMaintOptions, NotificationNames | 'dryRun'> {
  const { provider = 'auto', azure = {}, dryRun = false } = given
  const preset = presetOf(given, host)
  const health = fill(HEALTH, given.health)
  const recovery = fill(RECOVERY, asHost, given.recovery)
  const { failFast, maxBackoffMs, maxWaitingCommands } = fill(AVAILABILITY, given.availability)
  const addresses = fill(ADDRESSES, preset.addresses, given.addresses)
  const age = fill(AGE, preset.age, environment, given.age)
  const isOpen = azure.events === undefined || azure.events === 'auto'
  return {
    unresponsiveTimeoutMs: health.unresponsiveAfterMs,
    healthCheckIntervalMs: health.checkIntervalMs,
    readOnlyRecovery: recovery.readOnly,
    retryInFlight: recovery.retryInFlight,
    failFast: failFast && !dryRun,
    maxBackoffMs: maxBackoffMs || LONGEST_PAUSE_MS,
    maxWaitingCommands,
    // The pauses are then those of the plain client.
    hostPauses: maxBackoffMs === false || dryRun,
    addressCheckIntervalMs: addresses.checkIntervalMs,
    addressCheckAfterMaintenance: addresses.checkAfterMaintenance,
    tls: given.tls ?? tls,
    maxConnectionAgeMs: age.maxAgeMs,
    maxConnectionIdleMs: age.maxIdleMs,
    provider,
    azureEvents: isOpen ? (preset.azure?.events ?? 'auto') : azure.events,
    azureReactions: Object.freeze(fill(REACTIONS, azure.reactions)),
  }
}

/** Some of the fields. One that is `undefined` counts as not given. */
type Layer<T> = { readonly [K in keyof T]?: T[K] | undefined }

/** Fills in the fields that are not given. Later layers take precedence. */
function fill<T extends object>(defaults: T, ...layers: readonly (Layer<NoInfer<T>> | undefined)[]): T {
  const filled = { ...defaults }
  for (const layer of layers) {
    const said = Object.entries(layer ?? {}).filter(([, value]) => value !== undefined)
    Object.assign(filled, Object.fromEntries(said))
  }
  return filled
}
