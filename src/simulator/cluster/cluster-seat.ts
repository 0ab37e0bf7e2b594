import { isShardChannelCommand, keysOf, nameOf } from '../store/command-keys.js'
import { toBytes, toName } from '../store/entry.js'
import { CommandError, type Reply } from '../store/reply.js'
import type { Question, Seat, Visitor } from '../store/seat.js'
import type { Store } from '../store/store.js'
import { isWriteCommand } from '../store/write-commands.js'
import { answerCluster } from './cluster-replies.js'
import { slotOf } from './slot.js'
import type { Member, Shard, Topology, Transit } from './topology.js'

const DOWN = 'CLUSTERDOWN The cluster is down'
const NOT_SERVED = 'CLUSTERDOWN Hash slot not served'
const CROSS_SLOT = "CROSSSLOT Keys in request don't hash to the same slot"
const TRY_AGAIN = 'TRYAGAIN Multiple keys request during rehashing of slot'

interface Request {
  readonly client: Visitor
  readonly slot: number
  readonly keys: readonly Buffer[]
  readonly owner: Shard
  readonly writes: boolean
  readonly ofShardChannels: boolean
}

/** A node of a cluster as its clients meet it. It serves the slots of its shard, and sends clients elsewhere for others. */
export class ClusterSeat implements Seat {
  readonly mode = 'cluster'
  readonly server = 'redis'
  readonly #member: Member
  readonly #topology: Topology
  readonly #store: Store

  constructor(member: Member, topology: Topology, store: Store) {
    this.#member = member
    this.#topology = topology
    this.#store = store
  }

  get member(): Member {
    return this.#member
  }

  get roleName(): string {
    return this.#isPrimary ? 'master' : 'replica'
  }

  role(): Reply {
    const primary = this.#topology.shardOf(this.#member)?.primary
    if (primary === undefined || primary === this.#member) {
      const replicas = this.#topology.shardOf(this.#member)?.replicas ?? []
      return ['master', 0, replicas.map(({ endpoint: { host, port } }) => [host, String(port), '0'])]
    }
    return ['slave', primary.endpoint.host, primary.endpoint.port, 'connected', 0]
  }

  holds(name: string): boolean {
    const slot = slotOf(toBytes(name))
    const transit = this.#topology.transits.get(slot)
    const isMoved = transit?.moved.has(name) === true
    return (isMoved ? transit?.to : this.#topology.owner(slot)) === this.#topology.shardOf(this.#member)
  }

  answer(question: Question): Reply {
    return answerCluster(question, this.#member, this.#topology)
  }

  refuse(client: Visitor, commands: readonly (readonly Buffer[])[]): CommandError | undefined {
    const keys = commands.flatMap(keysOf)
    const [first] = keys
    if (first === undefined) return undefined
    const slot = slotOf(first)
    const owner = this.#topology.owner(slot)
    if (owner === undefined) return new CommandError(NOT_SERVED)
    if (keys.some(key => slotOf(key) !== slot)) return new CommandError(CROSS_SLOT)
    if (this.#topology.downs.has(this.#member)) return new CommandError(DOWN)
    const writes = commands.some(words => isWriteCommand(nameOf(words)))
    return this.#place({ client, slot, keys, owner, writes, ofShardChannels: commands.every(isShardChannelCommand) })
  }

  #place(request: Request): CommandError | undefined {
    const { client, slot, owner, ofShardChannels } = request
    const own = this.#topology.shardOf(this.#member)
    const transit = ofShardChannels ? undefined : this.#topology.transits.get(slot)
    if (transit !== undefined && this.#isPrimary) {
      if (transit.from === own) return this.#leaving(request, transit)
      if (transit.to === own && client.asking) return this.#arriving(request, transit)
    }
    if (owner.primary === this.#member) return undefined
    return this.#readsFor(request, own) ? undefined : this.#sendTo('MOVED', slot, owner)
  }

  /** A replica serves shard channels, and reads of those who asked for it. */
  #readsFor({ client, owner, writes, ofShardChannels }: Request, own: Shard | undefined): boolean {
    return owner === own && (ofShardChannels || (client.readonly && !writes))
  }

  /** Keys that are still here are served; for others the destination is to be asked. */
  #leaving({ slot, keys }: Request, { to, moved }: Transit): CommandError | undefined {
    const here = keys.filter(key => this.#exists(key) && !moved.has(toName(key)))
    if (here.length === keys.length) return undefined
    return here.length > 0 ? new CommandError(TRY_AGAIN) : this.#sendTo('ASK', slot, to)
  }

  /** Several keys are served when all of them are here. A single one that is missing may be created, by a write. */
  #arriving({ keys, writes }: Request, { moved }: Transit): CommandError | undefined {
    const here = keys.filter(key => this.#exists(key) && moved.has(toName(key)))
    if (here.length < keys.length && new Set(keys.map(toName)).size > 1) return new CommandError(TRY_AGAIN)
    if (writes) for (const key of keys) moved.add(toName(key))
    return undefined
  }

  #sendTo(kind: 'MOVED' | 'ASK', slot: number, { primary }: Shard): CommandError {
    const host = this.#topology.hostOf(primary) ?? ''
    return new CommandError(`${kind} ${slot} ${host}:${primary.endpoint.port}`)
  }

  #exists(key: Buffer): boolean {
    return this.#store.keyspaces[0]?.entry(toName(key)) !== undefined
  }

  get #isPrimary(): boolean {
    return this.#topology.shardOf(this.#member)?.primary === this.#member
  }
}
