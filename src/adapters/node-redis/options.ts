import { HitlessError } from '../../base/errors.js'
import {
  type MaintMode,
  type MaintOptions,
  type ResolvedMaintOptions,
  resolveMaintOptions,
} from '../../core/options/maint-options.js'
import { type ChosenProvider, chooseProvider } from '../../core/provider/provider.js'
import { type ProviderPreset, presetFor } from '../../core/provider/provider-preset.js'
import { AGE_VARIABLES } from '../../engine/monitors/age-monitor.js'
import {
  type HostModule,
  type HostOptions,
  type HostSocketOptions,
  protocolOf,
  targetOf,
  withoutBrackets,
} from './host-module.js'

/** The host's own flat names, accepted as they are. */
export interface FlatMaintOptions {
  readonly maintEndpointType?: MaintOptions['endpointType']
  /** Milliseconds. */
  readonly maintRelaxedCommandTimeout?: number
  /** Milliseconds. */
  readonly maintRelaxedSocketTimeout?: number
}

/** What the user passed: the host's options, and ours among them. */
export type GivenOptions = HostOptions & FlatMaintOptions & { readonly maintNotifications?: MaintMode | MaintOptions }

/** The user's options, taken apart. Nothing of it is shared with the objects that the user passed. */
export interface TakenOptions {
  /** For the host; its own maintenance code is off. */
  readonly host: HostOptions
  readonly maint: ResolvedMaintOptions
  readonly provider: ChosenProvider
}

/** What every connection of a client goes by. */
export interface ClientSettings {
  /** The host's options with the URL resolved into `socket`. */
  readonly hostOptions: HostOptions
  readonly maint: ResolvedMaintOptions
  /** Why no notifications are asked for, `undefined` where they are. */
  readonly offReason: string | undefined
}

const FLAT_NAMES = {
  maintEndpointType: 'endpointType',
  maintRelaxedCommandTimeout: 'relaxedTimeoutMs',
  maintRelaxedSocketTimeout: 'relaxedSocketTimeoutMs',
} as const

/**
 * Takes the user's options apart. The user's objects are left as they were, though the host would write into them.
 *
 * @throws HitlessError `OPTIONS_INVALID` for maintenance options.
 */
export function takeOptions({ maintNotifications, ...rest }: GivenOptions = {}): TakenOptions {
  const { flat, plain } = splitFlat(rest)
  const given = { ...flat, ...toMaintOptions(maintNotifications) }
  const { host } = targetOf(plain)
  const provider = chooseProvider(given.provider ?? 'auto', { host })
  const maint = resolveMaintOptions(given, presetUnder(process.env, presetFor(provider.provider, host)))
  const socket = plain.socket === undefined ? {} : { socket: { ...plain.socket } }
  return { host: { ...plain, ...socket, maintNotifications: 'disabled' }, maint, provider }
}

/**
 * Settles what the connections of a client go by.
 *
 * @param parsed - The options as a host client shows them: with the URL parsed.
 * @throws HitlessError `MAINT_UNSUPPORTED` for `enabled` on RESP2 or on a unix socket.
 */
export function settleOptions(host: HostModule, parsed: HostOptions, maint: ResolvedMaintOptions): ClientSettings {
  const { url: _, ...options } = parsed
  const socket: HostSocketOptions = { ...options.socket }
  const bare = socket.host === undefined ? {} : { host: withoutBrackets(socket.host) }
  const hostOptions = { ...options, socket: { ...socket, ...bare } }
  return { hostOptions, maint, offReason: reasonToStayOff(maint, protocolOf(host, parsed), hostOptions) }
}

/** The maintenance options as an object. */
export function toMaintOptions(given: MaintMode | MaintOptions | undefined): MaintOptions {
  return typeof given === 'string' ? { mode: given } : { ...given }
}

/** What an operator sets for a whole process counts before what fits a provider. */
function presetUnder(environment: NodeJS.ProcessEnv, preset: ProviderPreset): ProviderPreset {
  const { maxConnectionAgeMs: _, ...others } = preset
  return environment[AGE_VARIABLES.maxAgeMs] === undefined ? preset : others
}

function splitFlat(options: HostOptions & FlatMaintOptions): { flat: MaintOptions; plain: HostOptions } {
  const plain: Record<string, unknown> = { ...options }
  const flat: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(FLAT_NAMES)) {
    if (plain[name] !== undefined) flat[field] = plain[name]
    delete plain[name]
  }
  return { flat: flat as MaintOptions, plain: plain as HostOptions }
}

function reasonToStayOff(maint: ResolvedMaintOptions, protocol: 2 | 3, { socket }: HostOptions): string | undefined {
  if (maint.mode === 'disabled') return 'The mode is disabled'
  const reason = protocol === 2 ? 'RESP2 has no push notifications; set RESP: 3' : unixReason(socket)
  if (reason !== undefined && maint.mode === 'enabled') {
    throw new HitlessError('MAINT_UNSUPPORTED', `Maintenance notifications cannot be enabled: ${reason}`, {
      facts: { reason },
    })
  }
  return reason
}

function unixReason(socket: HostSocketOptions | undefined): string | undefined {
  return socket?.path === undefined ? undefined : 'A unix socket leads to one process on this machine'
}
