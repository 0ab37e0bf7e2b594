import type { Clock } from '../../../base/clock.js'
import { pause } from '../../../base/pause.js'
import { SingleFlight } from '../../../base/single-flight.js'
import type { Effect } from '../../../core/decide/link-state.js'
import { NodeSearch } from '../../../engine/cluster/node-search.js'
import { SlotMoves } from '../../../engine/cluster/slot-moves.js'
import type { Surroundings } from '../client.js'
import type { HostClient } from '../internals.js'
import type { NodeClients } from './cluster-clients.js'
import type { HostCluster, HostRun } from './cluster-seams.js'
import { HostTopology } from './host-topology.js'
import { isUnsent } from './let-go.js'
import { Redirects } from './redirects.js'

/** What follows the slots of a cluster. */
export interface Following {
  readonly topology: HostTopology
  readonly redirects: Redirects
  /** Takes what a link has decided. */
  onEffect(effect: Effect): void
}

/** Has the slots of a cluster follow what its nodes announce and answer. */
export function followSlots(
  cluster: HostCluster,
  nodes: NodeClients,
  { clock, random }: Pick<Surroundings, 'clock' | 'random'>,
): Following {
  const { _slots: slots } = cluster
  const linkOf: NodeClients['linkOf'] = client => nodes.linkOf(client)
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
  cluster.on('connect', () => moves.looked(clock.now()))
  cluster.on('disconnect', () => {
    moves.stop()
    search.stop()
  })
  followAnswers(cluster, redirects, clock)
  const onEffect = (effect: Effect): void => {
    // A connection was lost, or its server says nothing.
    if (effect.type === 'dial') search.begin()
    moves.onEffect(effect)
  }
  return { topology, redirects, onEffect }
}

/** A block is not executed while only some of its keys have moved: it is sent to the owner of the slot again after this time. */
const HALF_MOVED_PAUSE_MS = 20

function isHalfMoved(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('TRYAGAIN')
}

/** As the host's own default. */
const MOST_REDIRECTIONS = 16

/** The host acts on an error of a node by itself, and gives up after some of them. What it says is followed before. */
function followAnswers({ _self: proper, _options }: HostCluster, redirects: Redirects, clock: Clock): void {
  const { _execute: execute } = proper
  const most = _options.maxCommandRedirections ?? MOST_REDIRECTIONS
  const toHostError = async (client: HostClient, error: unknown): Promise<unknown> => {
    const isHalf = isHalfMoved(error)
    if (isHalf) await pause(clock, HALF_MOVED_PAUSE_MS, true)
    if (isHalf || isUnsent(error)) return redirects.left(client)
    await redirects.follow(client, error)
    return error
  }
  proper._execute = function (this: HostCluster, key, isReadonly, options, run, ...rest) {
    let errors = 0
    const following: HostRun = async (client, given) => {
      try {
        return await run(client, given)
      } catch (error) {
        errors += 1
        throw errors > most ? error : await toHostError(client, error)
      }
    }
    return execute.call(this, key, isReadonly, options, following, ...rest)
  }
}
