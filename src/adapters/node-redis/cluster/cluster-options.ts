import type { OwnOptions, ResolvedMaintOptions } from '../../../core/options/maint-options.js'
import { definedOf, splitOptions } from '../../../core/options/own-options.js'
import type { HostOptions } from '../host-module.js'
import { mergeOptions } from '../host-module.js'
import { forHost, takeOptions } from '../options.js'

/** What the user passed: the host's options of a cluster, and ours among them. */
export type GivenClusterOptions = OwnOptions & {
  readonly rootNodes?: readonly HostOptions[]
  readonly defaults?: HostOptions & OwnOptions
  readonly [option: string]: unknown
}

/** The user's options of a cluster, separated. Nothing is shared with the objects that the user passed. */
export interface TakenClusterOptions {
  readonly given: GivenClusterOptions
  /** For the host's cluster, without ours. */
  readonly host: object
  /** Ours, for each node client. */
  readonly own: OwnOptions
  readonly maint: ResolvedMaintOptions
  /** Why everything is off, as one sentence; `undefined` where it is not. */
  readonly off: string | undefined
}

/**
 * Separates the user's options. Ours may stand beside those of the cluster, where they count first, or among its `defaults`.
 *
 * @throws HitlessError `OPTIONS_INVALID`.
 */
export function takeClusterOptions(given: GivenClusterOptions): TakenClusterOptions {
  const { own, plain } = splitOptions(given as HostOptions & OwnOptions)
  const { defaults, rootNodes } = plain as GivenClusterOptions
  const common = splitOptions(defaults ?? {})
  const merged = mergeOptions<OwnOptions>(definedOf(common.own), definedOf(own))
  const [first] = rootNodes ?? []
  const { maint, off } = takeOptions({ ...placeOf(first), ...merged })
  return { given, host: withDefaults(plain, common.plain, off), own: merged, maint, off }
}

/** The host writes into what it is given for a look at the topology, unless there are defaults. */
function withDefaults({ rootNodes, ...plain }: GivenClusterOptions, defaults: HostOptions, off?: string): object {
  const own = off === undefined ? copyOf(defaults) : forHost(defaults)
  return { ...plain, ...(rootNodes !== undefined && { rootNodes: rootNodes.map(copyOf) }), defaults: own }
}

function copyOf(options: HostOptions): HostOptions {
  return mergeOptions(options, options.socket && { socket: mergeOptions(options.socket) })
}

function placeOf({ url, socket }: HostOptions = {}): HostOptions {
  return { ...(url !== undefined && { url }), ...(socket !== undefined && { socket }) }
}
