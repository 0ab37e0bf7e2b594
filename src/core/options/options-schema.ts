import { between, field, group, invalidOptions, printValue, type Shape } from '../../base/shape.js'
import { ENDPOINT_TYPES, type EndpointType } from './endpoint-type.js'
import type { HandoffOptions } from './handoff-options.js'
import type {
  AddressOptions,
  AgeOptions,
  AvailabilityOptions,
  HealthOptions,
  ReadOnlyRecovery,
  RecoveryOptions,
  RetryInFlight,
} from './hitless-options.js'
import type { MaintMode, MaintOptions, OwnOptions } from './maint-options.js'
import { type AzureOptions, type AzureReactions, PROVIDERS, type Provider } from './provider-options.js'

/**
 * The options after the check: a mode alone became an object, and a group that is switched off has the fields that say
 * so.
 */
export interface CheckedOptions {
  /** What the flat names say. `notifications` takes precedence. */
  readonly flat: {
    readonly endpointType: EndpointType | 'auto' | undefined
    readonly relaxedTimeoutMs: number | false | undefined
    readonly relaxedSocketTimeoutMs: number | false | undefined
  }
  readonly notifications: MaintOptions
  readonly hitless: CheckedHitless
}

/** The groups without `false`. */
export interface CheckedHitless {
  readonly dryRun?: boolean
  readonly health?: HealthOptions
  readonly recovery?: RecoveryOptions
  readonly availability?: AvailabilityOptions
  readonly addresses?: AddressOptions
  readonly tls?: () => object
  readonly age?: AgeOptions
  readonly provider?: Provider | 'auto'
  readonly azure?: CheckedAzure
}

interface CheckedAzure extends Pick<AzureOptions, 'events'> {
  readonly reactions?: AzureReactions
}

const MODES: readonly MaintMode[] = ['auto', 'enabled', 'disabled']
const READ_ONLY: readonly ReadOnlyRecovery[] = ['replay', 'replay-single', 'reconnect', 'report']
const NO_REACTIONS: AzureReactions = { relax: false, pauseWrites: false, reconnect: false, refresh: false }

const isAbove0 = between(Number.MIN_VALUE, Number.MAX_VALUE)
const isWhole = (value: unknown): boolean => Number.isInteger(value)

const flag = field<boolean>('true or false', value => typeof value === 'boolean')
const ms = field<number>('a number of milliseconds above 0', isAbove0)
const msOrOff = field<number | false>(
  'a number of milliseconds above 0, or false',
  value => value === false || isAbove0(value),
)
const count = field<number>('a whole number of at least 1', value => isWhole(value) && isAbove0(value))

function oneOf<T>(values: readonly T[]): Shape<T> {
  return field(`one of ${list(values)}`, value => values.includes(value as T))
}

function list(values: readonly unknown[]): string {
  return values.map(printValue).join(', ')
}

/** Reads a short value as the longer one that means the same. */
function asIf<T>(short: unknown, long: T, shape: Shape<T>): Shape<T> {
  return (given, path, problems) => shape(given === short ? long : given, path, problems)
}

const member = 'option'

type Members<T> = Parameters<typeof group<T>>[0]

/** A group in place of which `false` may stand, for `off`. */
function switchable<T>(off: T, members: Members<T>): Shape<T> {
  return asIf(false, off, group<T>(members, { expected: 'an object, or false', member }))
}

const endpointType = oneOf<EndpointType | 'auto'>(['auto', ...ENDPOINT_TYPES])

const handoff = group<HandoffOptions>(
  {
    deadlineMs: ms,
    retries: field('a whole number from 0 to 10', value => isWhole(value) && between(0, 10)(value)),
    spread: field('a number from 0 to 1', between(0, 1)),
    instanceId: field('a text that is not empty', value => typeof value === 'string' && value !== ''),
    workers: count,
    queueSize: count,
    fenceTimeoutMs: ms,
    tlsNameFromTarget: flag,
  },
  { member },
)

const notifications = group<MaintOptions>(
  {
    mode: oneOf(MODES),
    endpointType,
    relaxedTimeoutMs: msOrOff,
    relaxedSocketTimeoutMs: msOrOff,
    tailMs: field('a number of milliseconds, 0 or more', between(0, Number.MAX_VALUE)),
    handoff,
  },
  { expected: `one of ${list(MODES)}, or an object`, member },
)

const modeOrMore: Shape<MaintOptions> = (given, path, problems) =>
  notifications(MODES.includes(given as MaintMode) ? { mode: given } : given, path, problems)

const retryInFlight = field<RetryInFlight>(
  'one of "reads", "none", or a function',
  value => value === 'reads' || value === 'none' || typeof value === 'function',
)

const provider = field<Provider | 'auto'>(
  `one of "auto", ${list(PROVIDERS)}, or false`,
  value => value === 'auto' || PROVIDERS.includes(value as Provider),
)

const azure = switchable<CheckedAzure>(
  { events: false, reactions: NO_REACTIONS },
  {
    events: oneOf<'auto' | boolean>(['auto', true, false]),
    reactions: switchable<AzureReactions>(NO_REACTIONS, {
      relax: flag,
      pauseWrites: flag,
      reconnect: flag,
      refresh: flag,
    }),
  },
)

const hitless = switchable<CheckedHitless>(
  {},
  {
    health: switchable<HealthOptions>(
      { unresponsiveAfterMs: false, checkIntervalMs: false },
      { unresponsiveAfterMs: msOrOff, checkIntervalMs: msOrOff },
    ),
    recovery: switchable<RecoveryOptions>(
      { readOnly: 'report', retryInFlight: 'none' },
      { readOnly: oneOf(READ_ONLY), retryInFlight },
    ),
    availability: switchable<AvailabilityOptions>(
      { failFast: false, maxBackoffMs: false },
      { failFast: flag, maxBackoffMs: msOrOff, maxWaitingCommands: count },
    ),
    addresses: switchable<AddressOptions>(
      { checkIntervalMs: false, checkAfterMaintenance: false },
      { checkIntervalMs: msOrOff, checkAfterMaintenance: flag },
    ),
    tls: field<() => object>('a function', value => typeof value === 'function'),
    age: switchable<AgeOptions>({ maxAgeMs: false, maxIdleMs: false }, { maxAgeMs: msOrOff, maxIdleMs: msOrOff }),
    provider: asIf<Provider | 'auto'>(false, 'generic', provider),
    azure,
    dryRun: flag,
  },
)

/**
 * Checks the options. Fields that are not given stay open. The objects passed are neither changed nor kept.
 *
 * @throws HitlessError `OPTIONS_INVALID` naming, by its path, each option that is unknown, of the wrong type or out of range.
 */
export function checkOptions(given: OwnOptions): CheckedOptions {
  const problems: string[] = []
  const read = <T>(name: keyof OwnOptions, shape: Shape<T>): T | undefined => shape(given[name], name, problems)
  const checked = {
    flat: {
      endpointType: read('maintEndpointType', endpointType),
      relaxedTimeoutMs: read('maintRelaxedCommandTimeout', msOrOff),
      relaxedSocketTimeoutMs: read('maintRelaxedSocketTimeout', msOrOff),
    },
    notifications: read('maintNotifications', modeOrMore) ?? {},
    hitless: read('hitless', hitless) ?? {},
  }
  if (problems.length > 0) throw invalidOptions(problems)
  return checked
}
