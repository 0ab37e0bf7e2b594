import type { Clock } from '../../../base/clock.js'
import { SingleFlight } from '../../../base/single-flight.js'
import type { Effect } from '../../../core/decide/link-state.js'
import { awaitKeys, isHalfMoved } from '../../../engine/topology/cluster/half-moved.js'
import { fateUnknownOf, MuteNodes } from '../../../engine/topology/cluster/mute-nodes.js'
import { NodeSearch } from '../../../engine/topology/cluster/node-search.js'
import { MOST_REDIRECTS, namedRedirect } from '../../../engine/topology/cluster/redirect-follower.js'
import { SlotMoves } from '../../../engine/topology/cluster/slot-moves.js'
import { isUnsent } from '../../../engine/topology/cluster/unsent.js'
import type { Surroundings } from '../client.js'
import type { HostClient } from '../internals.js'
import type { ClusterClients } from './cluster-clients.js'
import type { HostCluster, HostRun } from './cluster-seams.js'
import { HostTopology } from './host-topology.js'
import { Redirects } from './redirects.js'

/** What follows the slots of a cluster. */
export interface Following {
  readonly topology: HostTopology
  readonly redirects: Redirects
  /** Takes what a link has decided. */
  onEffect(effect: Effect): void
  /**
   * A node has answered. Rejects where the node had hung, and another one tells that it is no master any more; `undefined` where
   * there is no doubt.
   *
   * @param writeOf - Names the write that it answered, where it was one. Called only where that is lost.
   */
  confirm(client: HostClient, writeOf: () => string | undefined): Promise<void> | undefined
}

/** Has the slots of a cluster follow what its nodes announce and answer. */
export function followSlots(
  cluster: HostCluster,
  nodes: ClusterClients,
  { clock, random }: Pick<Surroundings, 'clock' | 'random'>,
): Following {
  const { _slots: slots } = cluster
  const linkOf: ClusterClients['linkOf'] = client => nodes.linkOf(client)
  const topology = new HostTopology(clock, cluster, linkOf)
  const moves = new SlotMoves(clock, random, topology)
  const search = new NodeSearch(clock, random, topology)
  const redirects = new Redirects(clock, cluster, { topology, moves })
  const looks = new SingleFlight<void>()
  const { rediscover, getPubSubClient } = slots
  slots.getPubSubClient = () => nodes.withSource(topology.subscriber.source, () => getPubSubClient.call(slots))
  slots.rediscover = async (startWith, excluded) => {
    if (redirects.needsNoLook(startWith)) return
    await looks.run(async () => {
      const askedAt = clock.now()
      await rediscover.call(slots, startWith, excluded)
      moves.looked(askedAt)
    })
  }
  const mute = new MuteNodes<HostClient>(clock, {
    listMute: () => topology.listMute(),
    isStillMaster: client => topology.isStillMaster(client),
    onMute: () => search.begin(),
    onLost: () => topology.look(),
  })
  cluster.on('connect', () => {
    moves.looked(clock.now())
    mute.start()
  })
  cluster.on('disconnect', () => {
    moves.stop()
    search.stop()
    mute.stop()
  })
  const confirm: Following['confirm'] = (client, writeOf) =>
    mute.confirm(client, () => {
      const write = writeOf()
      return write === undefined ? redirects.left(client) : fateUnknownOf(write)
    })
  followAnswers(cluster, { redirects, clock, confirm, hostOf: client => linkOf(client)?.context.target.host })
  const onEffect = (effect: Effect): void => {
    // A connection was lost, or its server says nothing.
    if (effect.type === 'dial') search.begin()
    moves.onEffect(effect)
  }
  return { topology, redirects, onEffect, confirm }
}

/** What is done about answers. */
interface Answering {
  readonly redirects: Redirects
  readonly clock: Clock
  readonly confirm: Following['confirm']
  /** Where the node of a client is found. */
  readonly hostOf: (client: HostClient) => string | undefined
}

/** The host acts on an error of a node by itself, and gives up after some of them. What it says is followed before. */
function followAnswers({ _self: proper, _options }: HostCluster, answering: Answering): void {
  const { redirects, clock, confirm, hostOf } = answering
  const { _execute: execute } = proper
  const most = _options.maxCommandRedirections ?? MOST_REDIRECTS
  const toHostError = async (client: HostClient, error: unknown, failures: number): Promise<unknown> => {
    const isHalf = isHalfMoved(error)
    if (isHalf) await awaitKeys(clock, failures)
    if (isHalf || isUnsent(error)) return redirects.left(client)
    await redirects.follow(client, error)
    return error
  }
  proper._execute = function (this: HostCluster, key, isReadonly, options, run, ...rest) {
    let errors = 0
    const following: HostRun = async (client, given) => {
      try {
        const reply = await run(client, given)
        // Nearly all answers are in no doubt: these wait for nothing.
        const doubt = confirm(client, () => (isReadonly === true ? undefined : nameOf(key)))
        if (doubt !== undefined) await doubt
        return reply
      } catch (refusal) {
        const error = namedRedirect(refusal, hostOf(client))
        const failures = errors
        errors += 1
        throw failures >= most ? error : await toHostError(client, error, failures)
      }
    }
    return execute.call(this, key, isReadonly, options, following, ...rest)
  }
}

/** The name of a command by what the host passes on of it. */
function nameOf(parser: unknown): string {
  const { redisArgs = [] } = Object(parser) as { readonly redisArgs?: readonly unknown[] }
  return String(redisArgs[0] ?? 'MULTI')
}
