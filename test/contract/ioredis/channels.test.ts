import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Redis as PlainRedis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import type { Redis } from '../../../src/adapters/ioredis/drop-in/hitless-ioredis.js'
import type { SimNode } from '../../../src/simulator/index.js'
import { openRedis } from '../../support/ioredis-rig.js'
import { moveDuring, startTwoNodes } from '../../support/moved-during.js'

interface Message {
  readonly command?: string
  readonly args?: readonly string[]
  readonly serverPort?: number
  readonly error?: unknown
  readonly result?: unknown
}

/** Notes what the host tells on its channels, one line each, in order; without results, and with the name of an error. */
function noteChannels(): string[] {
  const lines: string[] = []
  for (const name of ['command', 'batch', 'connect']) {
    for (const phase of ['start', 'asyncEnd', 'error']) {
      const channel = `tracing:ioredis:${name}:${phase}`
      const note = (message: unknown): void => {
        const { error, result: _, serverPort, ...facts } = message as Message
        const failure = error instanceof Error ? { error: error.message } : {}
        // A client of this library asks by a PING whether the server serves, and does not tell of that.
        if (facts.command === 'info') return
        lines.push(`${name} ${phase} ${JSON.stringify({ ...facts, port: typeof serverPort, ...failure })}`)
      }
      subscribe(channel, note)
      onTestFinished(() => void unsubscribe(channel, note))
    }
  }
  return lines
}

type Client = Pick<PlainRedis, 'connect' | 'set' | 'get' | 'lpush' | 'pipeline' | 'multi' | 'once' | 'subscribe'>

async function use(client: Client, node: SimNode): Promise<readonly string[]> {
  const lines = noteChannels()
  const parts: string[] = []
  const part = async (name: string, act: () => Promise<unknown>): Promise<void> => {
    parts.push(name)
    await act()
    parts.push(...lines.splice(0))
  }
  await part('connect', () => client.connect())
  await part('commands', async () => {
    await client.set('key', 'secret')
    await client.get('key')
    await client.lpush('key', 'x').catch(() => {})
  })
  await part('pipeline', () => client.pipeline().set('a', '1').get('a').exec())
  await part('transaction', () => client.multi().set('a', '2').get('a').exec())
  await part('reconnect', async () => {
    const ready = new Promise(resolve => client.once('ready', resolve))
    node.reset()
    await ready
  })
  await part('again', () => client.get('key'))
  return parts
}

it('the channels of ioredis tell the same of a client as of a plain one', async () => {
  const [node] = await startTwoNodes()
  const plain = new PlainRedis({ ...node.endpoint, lazyConnect: true, retryStrategy: () => 1 })
  plain.on('error', () => {})
  onTestFinished(() => plain.disconnect())
  const expected = await use(plain, node)
  plain.disconnect()
  const ours = openRedis(node, { lazyConnect: true, retryStrategy: () => 1 })
  expect(await use(ours as unknown as Client, node)).toEqual(expected)
})

it('the channels of ioredis tell of each command once across a hand-off, and of nothing that this library asks', async () => {
  const nodes = await startTwoNodes()
  const redis: Redis = openRedis(nodes[0], { lazyConnect: true })
  await redis.connect()
  const lines = noteChannels()
  const sent: Promise<unknown>[] = []
  await moveDuring(nodes, () => void sent.push(redis.get('key')))
  await Promise.all(sent)
  const told = lines.filter(line => line.startsWith('command start')).map(line => /"command":"(\w+)"/.exec(line)?.[1])
  expect(told.filter(name => name === 'get')).toHaveLength(sent.length)
  // The host's handshake is told of as for each connection.
  expect(told.filter(name => name !== 'get')).toEqual(['hello', 'client', 'client'])
})
