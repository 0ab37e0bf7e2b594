import type { Random } from '../../base/random.js'
import type { OwnOptions, ResolvedMaintOptions } from '../../core/options/maint-options.js'
import { splitOptions } from '../../core/options/own-options.js'
import { reasonToStayOff } from '../../core/options/switched-off.js'
import { hostNameOf, type Lookup, type Target } from '../../core/target.js'
import { growingPauseMs } from '../../engine/connect/outage.js'
import { type SettledOptions, settleOwn } from '../../engine/database/hitless-environment.js'
import {
  type HostModule,
  type HostOptions,
  mergeOptions,
  protocolOf,
  targetOf,
  withoutBrackets,
} from './host-module.js'

/** What the user passed: the host's options, and ours among them. */
export type GivenOptions = HostOptions & OwnOptions

/** The user's options, separated. Nothing is shared with the objects that the user passed. */
export interface TakenOptions extends SettledOptions {
  /** As they were passed, for clients that are made with the same options. */
  readonly given: GivenOptions
  /** Where they lead. */
  readonly target: Target
  /** For the host; its own maintenance code is off. */
  readonly host: HostOptions
}

/**
 * Separates the user's options, once for a client or a pool. The user's objects are not changed, though the host would
 * write into them.
 *
 * @param lookup - Resolves names where the options have no lookup.
 * @throws HitlessError `OPTIONS_INVALID` for an option of ours, or an environment variable.
 */
export function takeOptions(options: GivenOptions, lookup?: Lookup): TakenOptions {
  const given = mergeOptions(options)
  const { own, plain } = splitOptions<HostOptions>(given)
  // As the host has it, a socket that is `null` is none.
  const theirs = plain.socket === null ? mergeOptions(plain, { socket: undefined }) : plain
  const target = targetOf(theirs, lookup)
  const settled = settleOwn(own, { host: target.host, tls: theirs.socket })
  return { given, target, host: forHost(theirs), ...settled }
}

/** The host's options in objects of their own, with its maintenance code off. */
export function forHost(plain: HostOptions): HostOptions {
  return mergeOptions(plain, plain.socket && { socket: mergeOptions(plain.socket) }, { maintNotifications: 'disabled' })
}

/**
 * Decides the options of a client's connections.
 *
 * @param parsed - The options as a host client shows them: with the URL parsed.
 * @returns The host's options with the URL resolved into `socket`, and why no notifications are asked for, if they are not.
 * @throws HitlessError `MAINT_UNSUPPORTED` for `enabled` on RESP2 or on a unix socket.
 */
export function settleOptions(
  host: HostModule,
  parsed: HostOptions,
  { maint, random }: { readonly maint: ResolvedMaintOptions; readonly random: Random },
): { readonly hostOptions: HostOptions; readonly offReason: string | undefined } {
  const { socket: { host: name, reconnectStrategy: given } = {} } = parsed
  const bare = name === undefined ? undefined : { host: withoutBrackets(hostNameOf(name)) }
  const reconnectStrategy = given ?? (maint.hostPauses ? hostPauses(host, random) : undefined)
  const socket = mergeOptions(parsed.socket, { reconnectStrategy }, bare)
  const hostOptions = mergeOptions(parsed, { url: undefined, socket })
  return { hostOptions, offReason: reasonToStayOff(maint, whyNoNotifications(protocolOf(host, parsed), hostOptions)) }
}

function whyNoNotifications(protocol: 2 | 3, { socket }: HostOptions): string | undefined {
  if (protocol === 2) return 'RESP2 has no push notifications; set RESP: 3'
  return socket?.path === undefined ? undefined : 'A unix socket leads to one process on this machine'
}

/** The reconnect strategy that the host has where it is given none, or `null`. */
function hostPauses(host: HostModule, random: Random): (retries: number, cause: Error) => number | false {
  return (retries, cause) => (cause instanceof host.SocketTimeoutError ? false : growingPauseMs(retries, random))
}
