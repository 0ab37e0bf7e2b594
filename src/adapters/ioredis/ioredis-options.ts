import type { RecoveryOptions } from '../../core/options/hitless-options.js'
import { splitOptions } from '../../core/options/own-options.js'
import { retryWhatBroke } from '../../core/options/retry-what-broke.js'
import { reasonToStayOff } from '../../core/options/switched-off.js'
import type { Lookup, Target } from '../../core/target.js'
import { type SettledOptions, settleOwn } from '../../engine/database/hitless-environment.js'
import type { Shared } from '../../engine/link/client-context.js'
import {
  type HostCommand,
  type HostRedis,
  type IoredisModule,
  type IoredisOptions,
  ioredisTargetOf,
} from './ioredis-module.js'

/** What the clients of one adapter share. */
export interface IoredisSurroundings extends Shared {
  readonly module: IoredisModule
  /** Resolves names where the options have no lookup. */
  readonly lookup: Lookup | undefined
  /** The cluster to whose nodes the clients lead. */
  readonly cluster?: NodeOwner
}

/** What a cluster does about the answers of its nodes. */
export interface NodeOwner {
  /** Deals with a command that has failed at a client. */
  refuse(client: HostRedis, command: HostCommand, error: Error): void
  /** A transaction has failed. Returns whether it is sent again, as a whole. */
  passOn(commands: readonly HostCommand[], error: unknown, wasWatching: boolean): boolean
  /** A node has answered commands: rejects where the answers do not count. `undefined` where there is no doubt. */
  confirm(client: HostRedis, commands: readonly HostCommand[]): Promise<void> | undefined
}

/** What is read once from the options of a client. */
export interface IoredisSettings extends SettledOptions {
  readonly target: Target
  /** Why no notifications are asked for, if they are not. */
  readonly offReason: string | undefined
}

/**
 * Reads the options of a client as the host has completed them.
 *
 * @param lookup - Resolves names where the options have no lookup.
 * @throws HitlessError `OPTIONS_INVALID` for an option of ours, or an environment variable; `MAINT_UNSUPPORTED` for
 * `enabled` where there are no notifications.
 */
export function settleIoredisOptions(options: IoredisOptions, lookup?: Lookup): IoredisSettings {
  const { own } = splitOptions(options)
  const target = ioredisTargetOf(options, lookup)
  const beside = { host: target.host, tls: options.tls ?? undefined }
  const { maint, off } = settleOwn(own, beside, recoversAsHost(options))
  return { target, maint, off, offReason: off ?? reasonToStayOff(maint, whyNoNotifications(options)) }
}

/**
 * The host sends everything again that was in flight when a connection broke, unless it is told not to. Where its sentinels lead to
 * replicas, no primary is looked for because of a write.
 */
function recoversAsHost(options: IoredisOptions): RecoveryOptions | undefined {
  const { autoResendUnfulfilledCommands: resends = true, sentinels, role } = options
  if (sentinels && role === 'slave') return resends ? REPLICAS_RESENDING : REPLICAS
  return resends ? RESENDING : undefined
}

const REPLICAS: RecoveryOptions = { readOnly: 'report' }
const RESENDING: RecoveryOptions = { retryInFlight: retryWhatBroke }
const REPLICAS_RESENDING: RecoveryOptions = { readOnly: 'report', retryInFlight: retryWhatBroke }

function whyNoNotifications({ protocol, path, sentinels, Connector }: IoredisOptions): string | undefined {
  if (sentinels) return 'Sentinel tells where the primary is'
  if (Connector) return 'A connector of the application decides where connections lead'
  if (path) return 'A unix socket leads to one process on this machine'
  // Hosts before version 6 have no such option, and speak RESP2.
  return protocol === 3 ? undefined : 'RESP2 has no push notifications; ioredis 6 speaks RESP3 with protocol: 3'
}
