import type { RespValue } from '../../wire/value.js'
import { toBytes } from '../store/entry.js'
import { toInteger } from '../store/numbers.js'
import { CommandError, OK, type Reply } from '../store/reply.js'
import type { Question } from '../store/seat.js'
import { bytesAt, keywordAt, textAt } from '../store/specification.js'
import { SLOT_COUNT, slotOf } from './slot.js'
import type { Member, Shard, Topology } from './topology.js'

/** How far the port of the bus is from that for clients. The bus of the simulator is only told of. */
const BUS_OFFSET = 10_000

type Subcommand = (call: Question, self: Member, topology: Topology) => Reply

/** Answers `CLUSTER` and a subcommand in the words of Redis 7.0. */
export function answerCluster(call: Question, self: Member, topology: Topology): Reply {
  const run = SUBCOMMANDS.get(keywordAt(call, 1))
  if (run === undefined) throw new CommandError(`ERR unknown subcommand '${textAt(call, 1)}'. Try CLUSTER HELP.`)
  return run(call, self, topology)
}

function slots(_: Question, __: Member, topology: Topology): Reply {
  return topology
    .ranges()
    .map(({ from, to, shard }) => [from, to, ...membersOf(shard).map(member => toSlotsNode(member, topology))])
}

function toSlotsNode(member: Member, topology: Topology): RespValue {
  const { endpoint, id, name } = member
  const facts = new Map<RespValue, RespValue>()
  if (topology.endpointType !== 'ip') facts.set('ip', endpoint.host)
  if (topology.endpointType !== 'fqdn' && name !== endpoint.host) facts.set('hostname', name)
  return [topology.hostOf(member) ?? null, endpoint.port, id, facts]
}

function shards(_: Question, __: Member, topology: Topology): Reply {
  return topology.shards.map(
    shard =>
      new Map<RespValue, RespValue>([
        ['slots', topology.rangesOf(shard).flatMap(({ from, to }) => [from, to])],
        ['nodes', membersOf(shard).map(member => toShardsNode(member, shard, topology))],
      ]),
  )
}

function toShardsNode(member: Member, { primary }: Shard, topology: Topology): RespValue {
  const { id, endpoint, name } = member
  return new Map<RespValue, RespValue>([
    ['id', id],
    ['port', endpoint.port],
    ['ip', endpoint.host],
    ['endpoint', topology.hostOf(member) ?? ''],
    ...(name === endpoint.host ? [] : ([['hostname', name]] as const)),
    ['role', member === primary ? 'master' : 'replica'],
    ['replication-offset', 0],
    ['health', 'online'],
  ])
}

function nodes(_: Question, self: Member, topology: Topology): Reply {
  return topology.shards
    .flatMap(shard => membersOf(shard).map(member => toLine({ member, shard, self, topology })))
    .join('')
}

function toLine({ member, shard, self, topology }: LineFacts): string {
  const { id, endpoint, name } = member
  const isPrimary = member === shard.primary
  const address = `${endpoint.host}:${endpoint.port}@${endpoint.port + BUS_OFFSET}`
  const flags = `${member === self ? 'myself,' : ''}${isPrimary ? 'master' : 'slave'}`
  const owned = isPrimary
    ? topology.rangesOf(shard).map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`))
    : []
  const underWay = member === self && isPrimary ? printTransits(shard, topology) : []
  const place = name === endpoint.host ? address : `${address},${name}`
  const facts = [id, place, flags, isPrimary ? '-' : shard.primary.id, 0, 0, shard.epoch, 'connected']
  return `${[...facts, ...owned, ...underWay].join(' ')}\n`
}

interface LineFacts {
  readonly member: Member
  readonly shard: Shard
  readonly self: Member
  readonly topology: Topology
}

function printTransits(shard: Shard, topology: Topology): readonly string[] {
  return [...topology.transits].flatMap(([slot, { from, to }]) => {
    if (from === shard) return [`[${slot}->-${to.primary.id}]`]
    return to === shard ? [`[${slot}-<-${from.primary.id}]`] : []
  })
}

function info(_: Question, self: Member, topology: Topology): Reply {
  const assigned = topology.ranges().reduce((sum, { from, to }) => sum + to - from + 1, 0)
  const isDown = topology.downs.has(self) || assigned < SLOT_COUNT
  const facts: readonly (readonly [string, string | number])[] = [
    ['state', isDown ? 'fail' : 'ok'],
    ['slots_assigned', assigned],
    ['slots_ok', assigned],
    ['slots_pfail', 0],
    ['slots_fail', 0],
    ['known_nodes', topology.members.length],
    ['size', topology.shards.filter(shard => topology.rangesOf(shard).length > 0).length],
    ['current_epoch', topology.epoch],
    ['my_epoch', topology.shardOf(self)?.epoch ?? 0],
  ]
  return facts.map(([name, value]) => `cluster_${name}:${value}\r\n`).join('')
}

function namesIn(call: Question, self: Member, topology: Topology): readonly string[] {
  const slot = toSlot(call, 2)
  const shard = topology.shardOf(self)
  const transit = topology.transits.get(slot)
  const isHere = (name: string): boolean =>
    (transit?.moved.has(name) === true ? transit.to : topology.owner(slot)) === shard
  return call.keyspace.names().filter(name => slotOf(toBytes(name)) === slot && isHere(name))
}

function getKeysInSlot(call: Question, self: Member, topology: Topology): Reply {
  const most = toInteger(bytesAt(call, 3))
  if (most < 0) throw new CommandError('ERR Invalid slot or number of keys')
  return namesIn(call, self, topology).slice(0, most).map(toBytes)
}

function toSlot(call: Question, index: number): number {
  const slot = toInteger(bytesAt(call, index))
  if (slot < 0 || slot >= SLOT_COUNT) throw new CommandError('ERR Invalid slot')
  return slot
}

function membersOf({ primary, replicas }: Shard): readonly Member[] {
  return [primary, ...replicas]
}

const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map<string, Subcommand>([
  ['SLOTS', slots],
  ['SHARDS', shards],
  ['NODES', nodes],
  ['INFO', info],
  ['MYID', (_, self) => self.id],
  ['KEYSLOT', call => slotOf(bytesAt(call, 2))],
  ['COUNTKEYSINSLOT', (call, self, topology) => namesIn(call, self, topology).length],
  ['GETKEYSINSLOT', getKeysInSlot],
  ['COUNT-FAILURE-REPORTS', () => 0],
  ['SAVECONFIG', () => OK],
])
