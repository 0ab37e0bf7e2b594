import type { RealNode } from './redis-cluster-node.js'

/** Slots from one to another with the nodes that serve them, by their ids. */
export interface ViewedShard {
  readonly from: number
  readonly to: number
  readonly primary: string
  readonly replicas: readonly string[]
}

/** What one node of a cluster knows. */
export interface ClusterView {
  readonly ok: boolean
  /** The node that was asked, and the primary that it follows; empty for a primary. */
  readonly self: { readonly id: string; readonly follows: string }
  /** The ids of all nodes, sorted. */
  readonly known: readonly string[]
  /** In the order of the slots. */
  readonly shards: readonly ViewedShard[]
}

/** Asks a node what it knows. */
export async function readView(node: RealNode): Promise<ClusterView> {
  const [info, slots, nodes] = await Promise.all([
    node.ask('CLUSTER', 'INFO'),
    node.ask('CLUSTER', 'SLOTS'),
    node.ask('CLUSTER', 'NODES'),
  ])
  const lines = String(nodes).trim().split('\n')
  return {
    self: toSelf(lines.find(line => line.includes('myself')) ?? ''),
    ok: String(info).includes('cluster_state:ok'),
    known: lines.map(line => line.split(' ')[0] ?? '').sort(),
    shards: (slots as readonly SlotsRow[]).map(toShard).sort((a, b) => a.from - b.from),
  }
}

/** Whether all views are of a cluster that serves, and tell the same. */
export function isAgreed(views: readonly ClusterView[]): boolean {
  const [first] = views
  const text = JSON.stringify(first?.shards)
  return views.every(({ ok, shards, self }) => ok && JSON.stringify(shards) === text && isListed(self, shards))
}

/** Whether a replica is among those of its primary, where that has slots. Before that it is not in sync. */
function isListed({ id, follows }: ClusterView['self'], shards: readonly ViewedShard[]): boolean {
  return shards.every(({ primary, replicas }) => primary !== follows || replicas.includes(id))
}

function toSelf(line: string): ClusterView['self'] {
  const [id = '', , , primary = '-'] = line.split(' ')
  return { id, follows: primary === '-' ? '' : primary }
}

type SlotsRow = readonly [number, number, ...(readonly [string, number, string])[]]

function toShard([from, to, primary, ...replicas]: SlotsRow): ViewedShard {
  return { from, to, primary: primary?.[2] ?? '', replicas: replicas.map(([, , id]) => id).sort() }
}
