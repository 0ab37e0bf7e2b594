import type { Clock } from '../../../base/clock.js'
import { pause } from '../../../base/pause.js'
import { SingleFlight } from '../../../base/single-flight.js'
import type { Effect } from '../../../core/decide/link-state.js'
import { NodeSearch } from '../../../engine/cluster/node-search.js'
import { SlotMoves } from '../../../engine/cluster/slot-moves.js'
import type { Surroundings } from '../client.js'
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
    if (await redirects.settles(startWith)) return
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
  noteAnswers(cluster, redirects, clock)
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

/** The host acts on an error of a node by itself. What it says is noted before. */
function noteAnswers({ _self: proper }: HostCluster, redirects: Redirects, clock: Clock): void {
  const { _execute: execute } = proper
  proper._execute = function (this: HostCluster, key, isReadonly, options, run, ...rest) {
    const noting: HostRun = async (client, given) => {
      try {
        return await run(client, given)
      } catch (error) {
        redirects.note(client, error)
        if (isUnsent(error)) throw redirects.left(client)
        if (!isHalfMoved(error)) throw error
        await pause(clock, HALF_MOVED_PAUSE_MS, true)
        throw redirects.left(client)
      }
    }
    return execute.call(this, key, isReadonly, options, noting, ...rest)
  }
}
