import type { Clock } from '../../base/clock.js'
import type { Random } from '../../base/random.js'
import type { Effect } from '../../core/decide/link-state.js'
import type { Hooks } from '../../core/events/hooks.js'
import type { OwnOptions, ResolvedMaintOptions } from '../../core/options/maint-options.js'
import { refuseNearMisses } from '../../core/options/near-misses.js'
import { resolveOptions } from '../../core/options/resolve-options.js'
import { retryWhatBroke } from '../../core/options/retry-what-broke.js'
import { reasonToStayOff } from '../../core/options/switched-off.js'
import { tlsGettersOf } from '../../core/options/tls-getters.js'
import type { Lookup, Target } from '../../core/target.js'
import type { DatabaseRegistry } from '../../engine/database/database-registry.js'
import { readEnvironment, whyOff } from '../../engine/database/hitless-environment.js'
import {
  type HostCommand,
  type HostRedis,
  type IoredisModule,
  type IoredisOptions,
  ioredisTargetOf,
} from './ioredis-module.js'

/** What the clients of one adapter share. */
export interface IoredisSurroundings {
  readonly module: IoredisModule
  readonly databases: DatabaseRegistry
  readonly clock: Clock
  readonly random: Random
  readonly lookup: Lookup | undefined
  /** What clients share that belong together. Default: each has its own. */
  readonly hooks?: Hooks
  /** Is told what each link decides. */
  readonly onEffect?: (effect: Effect) => void
  /** Deals with a command that has failed. Default: its caller is told. */
  readonly refuse?: (command: HostCommand, error: Error) => void
  /**
   * A server has answered commands of a client: rejects where the answers do not count. `undefined` where there is no doubt.
   * Default: there is none.
   */
  readonly confirm?: (client: HostRedis, commands: readonly HostCommand[]) => Promise<void> | undefined
}

/** What is read once from the options of a client. */
export interface IoredisSettings {
  readonly target: Target
  readonly maint: ResolvedMaintOptions
  /** Why everything is off, as one sentence; `undefined` where it is not. */
  readonly off: string | undefined
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
  refuseNearMisses(options)
  const environment = readEnvironment()
  const own = ownOptionsOf(options)
  const withDefaults = resendsAsHost(own, options)
  const target = ioredisTargetOf(options, lookup)
  const maint = resolveOptions(withDefaults, {
    host: target.host,
    age: environment.age,
    tls: tlsGettersOf(options.tls ?? undefined),
  })
  const off = whyOff(environment, own)
  return { target, maint, off, offReason: off ?? reasonToStayOff(maint, whyNoNotifications(options)) }
}

function ownOptionsOf(options: IoredisOptions): OwnOptions {
  const { maintNotifications, hitless } = options
  const { maintEndpointType, maintRelaxedCommandTimeout, maintRelaxedSocketTimeout } = options
  const flat = { maintEndpointType, maintRelaxedCommandTimeout, maintRelaxedSocketTimeout }
  return { maintNotifications, hitless, ...flat } as OwnOptions
}

/** The host sends everything again that was in flight when a connection broke, unless it is told not to. */
function resendsAsHost(own: OwnOptions, { autoResendUnfulfilledCommands = true }: IoredisOptions): OwnOptions {
  const { hitless } = own
  if (!autoResendUnfulfilledCommands || hitless === false || hitless?.recovery === false) return own
  return { ...own, hitless: { ...hitless, recovery: { retryInFlight: retryWhatBroke, ...hitless?.recovery } } }
}

function whyNoNotifications({ protocol, path, sentinels, Connector }: IoredisOptions): string | undefined {
  if (sentinels) return 'Sentinel tells where the primary is'
  if (Connector) return 'A connector of the application decides where connections lead'
  if (path) return 'A unix socket leads to one process on this machine'
  // Hosts before version 6 have no such option, and speak RESP2.
  return protocol === 3 ? undefined : 'RESP2 has no push notifications; ioredis 6 speaks RESP3 with protocol: 3'
}
