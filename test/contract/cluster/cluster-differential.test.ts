import { expect, it, onTestFinished } from 'vitest'
import type { Endpoint } from '../../../src/base/endpoint.js'
import { createSimulator } from '../../../src/simulator/index.js'
import type { RespValue } from '../../../src/wire/value.js'
import { ScriptedClient } from '../../support/backend-client.js'
import { startRedisCluster } from '../../support/redis-cluster.js'
import { describeWithRedisServer } from '../../support/redis-server.js'

const LIMIT_MS = 60_000

/** A slot of the first shard, and names in it: the slot of `hello`. */
const SLOT = 866
const NAME = 'hello'

/** What a course of events needs of a cluster, real or simulated. */
interface Stage {
  /** Three primaries in the order of their slots, and then their replicas. */
  readonly nodes: readonly (Endpoint & { readonly id: string })[]
  /** Brings the slot half way from the first primary to the second, and moves one key. */
  begin(moved: string): Promise<void>
  finish(): Promise<void>
  /** Makes the replica of the second primary the primary. */
  failOver(): Promise<void>
}

async function simulated(): Promise<Stage> {
  const simulator = await createSimulator({ cluster: { replicas: 1, node: () => ({ name: '127.0.0.1' }) } })
  onTestFinished(() => simulator.dispose())
  const { cluster, nodes } = simulator
  const [, b, , , replica] = nodes
  if (b === undefined || replica === undefined) throw new Error('A node is missing')
  const transit = (): ReturnType<typeof cluster.beginMove> => cluster.beginMove(SLOT, b)
  let begun: ReturnType<typeof transit> | undefined
  return {
    nodes: nodes.map(node => ({ ...node.endpoint, id: cluster.idOf(node) })),
    begin: async moved => {
      begun = transit()
      begun.moveKeys([moved])
    },
    finish: async () => begun?.finish(),
    failOver: async () => cluster.failover(replica),
  }
}

async function real(): Promise<Stage> {
  const cluster = await startRedisCluster()
  onTestFinished(() => cluster.dispose())
  const { nodes } = cluster
  const [a, b, , , replica] = nodes
  if (a === undefined || b === undefined || replica === undefined) throw new Error('A node is missing')
  return {
    nodes,
    begin: async moved => {
      await b.ask('CLUSTER', 'SETSLOT', String(SLOT), 'IMPORTING', a.id)
      await a.ask('CLUSTER', 'SETSLOT', String(SLOT), 'MIGRATING', b.id)
      await a.ask('MIGRATE', b.host, String(b.port), '', '0', '1000', 'KEYS', moved)
    },
    finish: () => cluster.moveSlots({ slots: { each: [SLOT] }, to: b }),
    failOver: () => cluster.failover(replica),
  }
}

/** Everything that the clients of a cluster see, with letters in the place of ports and ids. */
async function play(stage: Stage): Promise<unknown> {
  const seen: unknown[] = []
  const clients = await Promise.all(stage.nodes.map(node => ScriptedClient.connect(node)))
  onTestFinished(() => {
    for (const client of clients) client.close()
  })
  const note = (value: unknown): unknown => seen.push(disguise(value, stage.nodes))
  for (const client of clients) await client.call('HELLO', 3)
  const [a, b, c, replica] = clients
  if (a === undefined || b === undefined || c === undefined || replica === undefined)
    throw new Error('A node is missing')
  const ask = async (client: ScriptedClient, ...words: readonly string[]): Promise<void> => {
    note([words.join(' '), await client.call(...words)])
  }
  const sorted = async (client: ScriptedClient): Promise<void> => {
    const rows = (await client.call('CLUSTER', 'SLOTS')) as readonly (readonly RespValue[])[]
    note([...rows].sort((one, other) => Number(one[0]) - Number(other[0])))
  }

  await sorted(a)
  for (const key of ['hello', 'a{hello}', '{}x', '{a}{b}', 'é{', '']) await ask(a, 'CLUSTER', 'KEYSLOT', key)
  for (const client of [a, b]) await ask(client, 'SET', NAME, '1')
  await ask(a, 'MGET', 'hello', 'other')
  await ask(a, 'EVAL', 'return 1', '2', 'hello', 'other')
  await ask(b, 'EVAL', 'return 1', '1', 'hello')
  await ask(a, 'SELECT', '1')
  await ask(a, 'CLUSTER', 'COUNTKEYSINSLOT', String(SLOT))
  await ask(a, 'CLUSTER', 'COUNTKEYSINSLOT', '16384')
  await ask(a, 'CLUSTER', 'NONSENSE')

  // A replica reads for those who ask for it, and never writes.
  await ask(replica, 'GET', '{hello}none')
  await ask(replica, 'READONLY')
  await ask(replica, 'GET', '{hello}none')
  await ask(replica, 'SET', NAME, '2')
  await ask(replica, 'READWRITE')
  await ask(replica, 'GET', NAME)

  // A slot half way.
  await ask(a, 'SSUBSCRIBE')
  a.send(['SSUBSCRIBE', '{hello}channel'])
  note(await a.push())
  await ask(b, 'SPUBLISH', '{hello}channel', 'x')
  await ask(a, 'MSET', '{hello}1', '1', '{hello}2', '2')
  await stage.begin('{hello}1')
  for (const key of ['{hello}1', '{hello}2', '{hello}none']) await ask(a, 'GET', key)
  await ask(a, 'MGET', '{hello}1', '{hello}2')
  await ask(a, 'MGET', '{hello}none', '{hello}none2')
  await ask(b, 'GET', '{hello}1')
  await ask(b, 'ASKING')
  await ask(b, 'GET', '{hello}1')
  await ask(b, 'GET', '{hello}1')
  await ask(b, 'ASKING')
  await ask(b, 'MGET', '{hello}1', '{hello}2')
  await ask(b, 'ASKING')
  await ask(b, 'SET', '{hello}new', '3')
  await ask(a, 'GET', '{hello}new')
  for (const words of [['ASKING'], ['MULTI'], ['GET', '{hello}1'], ['INCR', '{hello}1'], ['EXEC']])
    await ask(b, ...words)
  for (const words of [['MULTI'], ['GET', '{hello}none'], ['EXEC']]) await ask(a, ...words)
  await ask(a, 'SPUBLISH', '{hello}channel', 'y')
  note(await a.push())

  // The end of the move: a transaction and a wait that began before it are sent elsewhere.
  for (const words of [['MULTI'], ['GET', '{hello}2']]) await ask(a, ...words)
  await stage.finish()
  note(await a.push())
  await ask(a, 'EXEC')
  await ask(a, 'GET', '{hello}2')
  await ask(b, 'MGET', '{hello}1', '{hello}2', '{hello}new')
  await ask(a, 'SPUBLISH', '{hello}channel', 'z')
  await sorted(c)

  // Another primary: subscribers of shard channels are told to come again.
  b.send(['SSUBSCRIBE', '{hello}channel'])
  note(await b.push())
  await stage.failOver()
  note(await b.push())
  await ask(b, 'SET', '{hello}1', '1')
  await ask(b, 'GET', '{hello}1')
  note(await b.call('ROLE').then(role => (role as readonly RespValue[]).slice(0, 3)))
  await sorted(c)
  return seen
}

function disguise(value: unknown, nodes: Stage['nodes']): unknown {
  let text = JSON.stringify(value, (_, part) => (part instanceof Map ? [...part] : part))
  for (const [at, { id, port }] of nodes.entries()) {
    text = text.replaceAll(id, `id-${at}`).replaceAll(String(port), `port-${at}`)
  }
  return text
}

describeWithRedisServer('A simulated cluster, next to a real one', () => {
  it(
    'tells its clients the same: slots, redirects, slots half way, replicas, shard channels, another primary',
    async () => {
      const [ours, theirs] = await Promise.all([simulated().then(play), real().then(play)])
      expect(ours).toEqual(theirs)
    },
    LIMIT_MS,
  )
})
