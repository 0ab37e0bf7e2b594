import { SingleFlight } from '../../../base/single-flight.js'
import { SlotMoves } from '../../../engine/cluster/slot-moves.js'
import type { Surroundings } from '../client.js'
import type { NodeClients } from './cluster-clients.js'
import type { HostCluster, HostRun } from './cluster-seams.js'
import { HostTopology } from './host-topology.js'
import { Redirects } from './redirects.js'

/** Has the slots of a cluster follow what its nodes announce and answer. */
export function followSlots(
  cluster: HostCluster,
  nodes: NodeClients,
  { clock, random }: Pick<Surroundings, 'clock' | 'random'>,
): { readonly moves: SlotMoves; readonly redirects: Redirects } {
  const { _slots: slots } = cluster
  const linkOf: NodeClients['linkOf'] = client => nodes.linkOf(client)
  const topology = new HostTopology(clock, cluster, linkOf)
  const moves = new SlotMoves(clock, random, topology)
  const redirects = new Redirects(clock, cluster, { topology, moves })
  const looks = new SingleFlight<void>()
  const { rediscover } = slots
  slots.rediscover = async (startWith, excluded) => {
    if (await redirects.settles(startWith)) return
    await looks.run(async () => {
      const askedAt = clock.now()
      await rediscover.call(slots, startWith, excluded)
      moves.looked(askedAt)
    })
  }
  cluster.on('connect', () => moves.looked(clock.now()))
  cluster.on('disconnect', () => moves.stop())
  noteAnswers(cluster, redirects)
  return { moves, redirects }
}

/** The host acts on an error of a node by itself. What it says is noted before. */
function noteAnswers({ _self: proper }: HostCluster, redirects: Redirects): void {
  const { _execute: execute } = proper
  proper._execute = function (this: HostCluster, key, isReadonly, options, run, ...rest) {
    const noting: HostRun = async (client, given) => {
      try {
        return await run(client, given)
      } catch (error) {
        redirects.note(client, error)
        throw error
      }
    }
    return execute.call(this, key, isReadonly, options, noting, ...rest)
  }
}
