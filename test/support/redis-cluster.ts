import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RealNode, startRealNode, until } from './redis-cluster-node.js'
import { type ClusterView, isAgreed, readView } from './redis-cluster-view.js'
import { moveSlot, SLOTS } from './redis-slot-move.js'

const KEYS_AT_ONCE = 100

/** How a cluster is made. */
export interface RedisClusterOptions {
  /** Default 3; a cluster of fewer cannot elect. */
  readonly primaries?: number
  /** Of each primary. Default 1. */
  readonly replicas?: number
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** After how long a silent node is held to be gone, in milliseconds. Default 1,500. */
  readonly nodeTimeoutMs?: number
  /** Further settings of each server, as on its command line. */
  readonly settings?: readonly string[]
}

/** Slots that move. */
export interface SlotMoveOptions {
  /** The first slot and the last one; or single slots. */
  readonly slots: readonly [from: number, to: number] | { readonly each: readonly number[] }
  readonly to: RealNode
  /** Keys that go with one `MIGRATE`. Default 100. */
  readonly keysAtOnce?: number
  /** Called when a slot is half way: its keys are still at the source, and absent ones are asked for at the destination. */
  readonly onMigrating?: (slot: number) => Promise<void>
}

/** How `CLUSTER FAILOVER` is asked for. */
export type FailoverMode = 'default' | 'FORCE' | 'TAKEOVER'

/** A real cluster. Its verbs resolve once all its running nodes agree on the outcome. */
export interface RedisCluster {
  /** All nodes that were started and not removed, the first primaries first; killed ones as well. */
  readonly nodes: readonly RealNode[]
  /** Where a client may begin. */
  readonly rootNodes: readonly { readonly url: string }[]
  /** What the first running node knows. */
  view(): Promise<ClusterView>
  /** The node that owns a slot. */
  ownerOf(slot: number): Promise<RealNode>
  /** The primaries that own slots, in the order of their slots. */
  primaries(): Promise<readonly RealNode[]>
  replicasOf(primary: RealNode): Promise<readonly RealNode[]>
  /** Moves slots with their keys, one after the other, as `redis-cli --cluster reshard` does. */
  moveSlots(options: SlotMoveOptions): Promise<void>
  /** Makes a replica the primary of its shard. A primary that is stopped or killed has no say. */
  failover(replica: RealNode, mode?: FailoverMode): Promise<void>
  /** Resolves once another node than `primary` owns the slots that it owned, as after its end. */
  promoted(primary: RealNode): Promise<RealNode>
  /** Adds a node without slots, or a replica. */
  addNode(options?: { readonly replicaOf?: RealNode }): Promise<RealNode>
  /** Takes a node without slots out of the cluster, and ends it. */
  removeNode(node: RealNode): Promise<void>
  /** Resolves once all running nodes name the same owner and replicas for every slot, and say that the state is `ok`. */
  agree(): Promise<void>
  dispose(): Promise<void>
}

/** Starts a cluster, with the slots spread evenly. Takes about three seconds: a server waits two before it takes writes. */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const { primaries = 3, replicas = 1 } = options
  const cluster = new StartedCluster(await mkdtemp(join(tmpdir(), 'redis-hitless-cluster-')), options)
  try {
    await cluster.form(primaries, replicas)
    return cluster
  } catch (error) {
    await cluster.dispose()
    throw error
  }
}

class StartedCluster implements RedisCluster {
  readonly nodes: RealNode[] = []
  readonly #folder: string
  readonly #host: string
  readonly #settings: readonly string[]

  constructor(folder: string, { host = '127.0.0.1', nodeTimeoutMs = 1_500, settings = [] }: RedisClusterOptions) {
    this.#folder = folder
    this.#host = host
    this.#settings = [
      ...['--cluster-node-timeout', String(nodeTimeoutMs), '--cluster-allow-replica-migration', 'no'],
      ...['--cluster-replica-validity-factor', '0', '--cluster-announce-ip', host],
      ...['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'],
      ...settings,
    ]
  }

  get rootNodes(): readonly { readonly url: string }[] {
    const host = this.#host.includes(':') ? `[${this.#host}]` : this.#host
    return this.nodes.map(({ port }) => ({ url: `redis://${host}:${port}` }))
  }

  async form(primaries: number, replicas: number): Promise<void> {
    const started = await Promise.all(Array.from({ length: primaries * (1 + replicas) }, () => this.#start()))
    // In the order in which they were asked for, not in that in which they were ready.
    this.nodes.splice(0, this.nodes.length, ...started)
    const owners = started.slice(0, primaries)
    await Promise.all(started.map((node, at) => node.ask('CLUSTER', 'SET-CONFIG-EPOCH', String(at + 1))))
    await Promise.all(owners.map((node, at) => node.ask('CLUSTER', 'ADDSLOTSRANGE', ...shareOf(at, primaries))))
    await this.#meet()
    const owner = (at: number): RealNode => owners[at % primaries] ?? fail('There is no primary')
    await Promise.all(started.slice(primaries).map((node, at) => node.ask('CLUSTER', 'REPLICATE', owner(at).id)))
    await this.agree()
  }

  async view(): Promise<ClusterView> {
    return readView(this.#running()[0] ?? fail('No node is running'))
  }

  async ownerOf(slot: number): Promise<RealNode> {
    const { shards } = await this.view()
    return this.#find(shards.find(({ from, to }) => from <= slot && slot <= to)?.primary)
  }

  async primaries(): Promise<readonly RealNode[]> {
    const { shards } = await this.view()
    return [...new Set(shards.map(({ primary }) => primary))].map(id => this.#find(id))
  }

  async replicasOf(primary: RealNode): Promise<readonly RealNode[]> {
    const { shards } = await this.view()
    const ids = shards.find(shard => shard.primary === primary.id)?.replicas ?? []
    return ids.map(id => this.#find(id))
  }

  async moveSlots({ slots, to, keysAtOnce = KEYS_AT_ONCE, onMigrating }: SlotMoveOptions): Promise<void> {
    const owners = await this.#owners()
    for (const slot of 'each' in slots ? slots.each : listSlots(...slots)) {
      const source = this.#find(owners.get(slot))
      if (source === to) continue
      const others = (await this.primaries()).filter(node => node !== source && node !== to)
      await moveSlot({ slot, source, to, others, keysAtOnce, onMigrating })
    }
    await this.agree()
  }

  async failover(replica: RealNode, mode: FailoverMode = 'default'): Promise<void> {
    await replica.ask('CLUSTER', 'FAILOVER', ...(mode === 'default' ? [] : [mode]))
    await until(`port ${replica.port} is a primary`, async () => {
      const role = await replica.ask('ROLE')
      return Array.isArray(role) && role[0] === 'master'
    })
    await this.agree()
  }

  async promoted(primary: RealNode): Promise<RealNode> {
    const slot = (await this.view()).shards.find(shard => shard.primary === primary.id)?.from
    if (slot !== undefined) {
      await until(`port ${primary.port} has a successor`, async () => (await this.ownerOf(slot)) !== primary)
      await this.agree()
    }
    return this.ownerOf(slot ?? 0)
  }

  async addNode({ replicaOf }: { readonly replicaOf?: RealNode } = {}): Promise<RealNode> {
    const node = await this.#start()
    await this.#meet()
    if (replicaOf !== undefined) await node.ask('CLUSTER', 'REPLICATE', replicaOf.id)
    await this.agree()
    return node
  }

  async removeNode(node: RealNode): Promise<void> {
    this.nodes.splice(this.nodes.indexOf(node), 1)
    await Promise.all(this.#running().map(other => other.ask('CLUSTER', 'FORGET', node.id)))
    await node.kill()
    await this.agree()
  }

  async agree(): Promise<void> {
    await until('all nodes agree', async () => isAgreed(await Promise.all(this.#running().map(readView))))
  }

  async dispose(): Promise<void> {
    await Promise.all(this.nodes.map(node => node.kill()))
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #start(): Promise<RealNode> {
    const settings = this.#settings
    const node = await startRealNode({ host: this.#host, folder: this.#folder, settings, mode: 'cluster' })
    this.nodes.push(node)
    return node
  }

  /** Introduces all nodes to each other: through the first one alone it would take seconds. */
  async #meet(): Promise<void> {
    const nodes = this.#running()
    for (const [at, node] of nodes.entries())
      for (const { host, port, busPort } of nodes.slice(at + 1))
        await node.ask('CLUSTER', 'MEET', host, String(port), String(busPort))
    await until('all nodes know each other', async () => {
      const views = await Promise.all(nodes.map(readView))
      return views.every(
        ({ known }) => known.length === nodes.length && known.every(id => nodes.some(n => n.id === id)),
      )
    })
  }

  async #owners(): Promise<ReadonlyMap<number, string>> {
    const { shards } = await this.view()
    return new Map(shards.flatMap(({ from, to, primary }) => listSlots(from, to).map(slot => [slot, primary] as const)))
  }

  #running(): readonly RealNode[] {
    return this.nodes.filter(({ state }) => state === 'running')
  }

  #find(id: string | undefined): RealNode {
    return this.nodes.find(node => node.id === id) ?? fail(`No node has the id ${id}`)
  }
}

function shareOf(at: number, primaries: number): readonly [string, string] {
  const edge = (index: number): number => Math.floor((index * SLOTS) / primaries)
  return [String(edge(at)), String(edge(at + 1) - 1)]
}

function listSlots(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at)
}

function fail(message: string): never {
  throw new Error(message)
}
