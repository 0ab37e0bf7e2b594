import type { EventEmitter } from 'node:events'
import { shareEvents } from '../../../engine/link/events/shared-events.js'
import { type ClusterMaint, createClusterMaint } from '../../../engine/maint/cluster-maint.js'
import type { Surroundings } from '../client.js'
import { type HostModule, protocolOf } from '../host-module.js'
import { forHost, settleOptions } from '../options.js'
import { ClusterClients } from './cluster-clients.js'
import { type GivenClusterOptions, type TakenClusterOptions, takeClusterOptions } from './cluster-options.js'
import { type HostCluster, withNodeClients } from './cluster-seams.js'
import { followSlots } from './follow-slots.js'

/** A cluster as the adapter makes it, whatever its static type. */
export type FacadeCluster = EventEmitter & { readonly maint: ClusterMaint }

/** What a cluster is made with. */
interface ClusterRequest {
  readonly host: HostModule
  readonly surroundings: Surroundings
  readonly taken: TakenClusterOptions
  /** Has the host make the cluster. */
  readonly construct: () => HostCluster
}

/**
 * Makes a cluster; it does not connect. It is the host's own, and the clients of its nodes are ours.
 *
 * @throws HitlessError `OPTIONS_INVALID`, `MAINT_UNSUPPORTED` or `HOST_UNSUPPORTED`.
 */
export function openCluster(host: HostModule, given: GivenClusterOptions, surroundings: Surroundings): FacadeCluster {
  const taken = takeClusterOptions(given)
  const construct = (): HostCluster => host.createCluster(taken.host as never) as unknown as HostCluster
  return make({ host, surroundings, taken, construct }) as unknown as FacadeCluster
}

function make(request: ClusterRequest): HostCluster {
  const { host, surroundings, taken, construct } = request
  const { clock, random } = surroundings
  const { maint, own, off } = taken
  if (off === undefined)
    settleOptions(host, forHost({ RESP: protocolOf(host, taken.given as never) }), { maint, random })
  const events = shareEvents(clock)
  const nodes = new ClusterClients({
    ...{ host, own, surroundings, hooks: events.hooksOfEach },
    onEffect: effect => slots?.onEffect(effect),
    again: (...refused) => slots?.redirects.again(...refused),
    confirm: (...answered) => slots?.confirm(...answered),
    isOpen: () => slots?.topology.isOpen === true,
    onTopology: async shards => slots?.topology.expect(shards) ?? shards,
    onShardChannelEnded: async (...ended) => slots?.topology.channels.onEnded(...ended),
  })
  const cluster =
    off === undefined ? withNodeClients(host, (plain, config) => nodes.maker(plain, config), construct) : construct()
  const slots = off === undefined ? followSlots(cluster, nodes, surroundings) : undefined
  cluster.on('disconnect', () => {
    nodes.endAll()
    events.streams.endAll()
  })
  const { duplicate } = cluster
  const members = {
    maint: createClusterMaint({ maint, off, clock, ...events, links: () => nodes.links }),
    duplicate(this: HostCluster, overrides: GivenClusterOptions = {}): HostCluster {
      return make({ ...request, ...copied(taken, overrides, plain => duplicate.call(this, plain)) })
    },
  }
  Object.defineProperties(cluster._self, Object.getOwnPropertyDescriptors(members))
  return cluster
}

/** Another cluster like one, with some options of its own. */
function copied(
  { given }: TakenClusterOptions,
  overrides: GivenClusterOptions,
  construct: (overrides: object) => HostCluster,
): Pick<ClusterRequest, 'taken' | 'construct'> {
  const taken = takeClusterOptions({ ...given, ...overrides })
  const plain = takeClusterOptions(overrides).host
  // The host adds what it was made with; the defaults may have changed with ours.
  const { defaults } = taken.host as { readonly defaults: object }
  return { taken, construct: () => construct({ ...plain, defaults }) }
}
