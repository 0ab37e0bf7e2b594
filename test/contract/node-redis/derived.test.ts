import { defineScript, RESP_TYPES } from '@redis/client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createClient, type HitlessClient } from '../../../src/adapters/node-redis/index.js'
import { createSimulator, type SimNode } from '../../../src/simulator/index.js'
import { describeBackends, type TestBackend } from '../../support/backends.js'
import { connectClient, nextEvent } from '../../support/rig.js'

async function startPair(backend?: TestBackend): Promise<{ a: SimNode; b: SimNode }> {
  const simulator = await (backend === undefined ? createSimulator({ nodes: 2 }) : backend.simulate({ nodes: 2 }))
  if (backend === undefined) onTestFinished(() => simulator.dispose())
  const [a, b] = simulator.nodes as [SimNode, SimNode]
  return { a, b }
}

async function moveTo(client: Pick<HitlessClient, 'maint'>, from: SimNode, to: SimNode): Promise<void> {
  const completed = nextEvent(client as HitlessClient, 'handoff:completed')
  await from.notify({ type: 'moving', graceMs: 5_000, endpoint: to })
  await completed
}

describeBackends('objects that were got before a hand-off', backend => {
  it('act on the new connection: type mappings, command options, abort signals', async () => {
    const { a, b } = await startPair(backend)
    const client = await connectClient(a)
    await client.set('key', 'value')
    const buffers = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
    const both = buffers.withCommandOptions({ timeout: 60_000 })
    const controller = new AbortController()
    const abortable = client.withAbortSignal(controller.signal)
    await moveTo(client, a, b)
    expect(await buffers.get('key')).toEqual(Buffer.from('value'))
    expect(await both.get('key')).toEqual(Buffer.from('value'))
    expect(await abortable.get('key')).toBe('value')
    controller.abort()
    await expect(abortable.get('key')).rejects.toThrow()
    expect(await client.get('key')).toBe('value')
    await expect.poll(() => a.connections().length).toBe(0)
  })

  it('act on the new connection: a MULTI block, a pipeline, typed and not', async () => {
    const { a, b } = await startPair(backend)
    const client = await connectClient(a)
    const block = client.multi().set('one', '1').incr('one')
    const typed = client.multi().incr('one')
    const pipeline = client.multi().set('two', '2').get('two')
    const mapped = client
      .withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
      .multi()
      .get('two')
    await moveTo(client, a, b)
    expect(await block.exec()).toEqual(['OK', 2])
    expect(await typed.execTyped()).toEqual([3])
    expect(await pipeline.execAsPipeline()).toEqual(['OK', '2'])
    // The host maps the types of a pipeline's replies, not those within EXEC's.
    expect(await mapped.execAsPipeline()).toEqual([Buffer.from('2')])
  })

  it('act on the new connection: an iterator in the middle of its pages', async () => {
    const { a, b } = await startPair(backend)
    const client = await connectClient(a)
    await Promise.all(Array.from({ length: 200 }, (_, at) => client.set(`page:${at}`, '')))
    const found = new Set<string>()
    let moved = false
    for await (const keys of client.scanIterator({ MATCH: 'page:*', COUNT: 10 })) {
      for (const key of keys) found.add(key)
      if (!moved) await moveTo(client, a, b)
      moved = true
    }
    expect(found.size).toBe(200)
  })

  it('act on the new connection: the legacy interface', async () => {
    const { a, b } = await startPair(backend)
    const client = await connectClient(a)
    const legacy = client.legacy()
    await moveTo(client, a, b)
    const reply = await new Promise((resolve, reject) => {
      legacy.set('key', 'value', (error: unknown, value: unknown) => (error ? reject(error) : resolve(value)))
    })
    expect(reply).toBe('OK')
  })

  it('keep the database of a block that selected one', async () => {
    const { a, b } = await startPair(backend)
    const client = await connectClient(a)
    await client.multi().select(2).set('key', 'two').exec()
    await moveTo(client, a, b)
    expect(await client.get('key')).toBe('two')
    await client.sendCommand(['SELECT', '0'])
    await moveTo(client, b, a)
    expect(await client.get('key')).toBeNull()
  })
})

const echoModule = {
  shout: {
    parseCommand(parser: { push(...words: string[]): void }, text: string) {
      parser.push('ECHO', text)
    },
    transformReply: (reply: unknown) => String(reply).toUpperCase(),
  },
}

describe('a client with extensions', () => {
  it('keeps its modules and scripts through a hand-off', async () => {
    const { a, b } = await startPair()
    const client = createClient({
      url: a.url,
      modules: { echo: echoModule as never },
      scripts: {
        answer: defineScript({
          SCRIPT: 'return 42',
          NUMBER_OF_KEYS: 0,
          parseCommand: () => {},
          transformReply: (reply: unknown) => reply as number,
        }),
      },
    }) as unknown as HitlessClient & { echo: { shout(text: string): Promise<string> }; answer(): Promise<number> }
    onTestFinished(() => client.destroy())
    a.intercept(words => (words[0] === 'EVALSHA' ? ':42\r\n' : undefined))
    b.intercept(words => (words[0] === 'EVALSHA' ? ':42\r\n' : undefined))
    await client.connect()
    const { echo } = client
    await moveTo(client, a, b)
    expect(await echo.shout('quiet')).toBe('QUIET')
    expect(await client.answer()).toBe(42)
  })

  it('prefixes keys once', async () => {
    const { a, b } = await startPair()
    const client = await connectClient(a, { keyPrefix: 'app:' })
    await client.set('key', 'value')
    await moveTo(client, a, b)
    await client.multi().set('other', '1').exec()
    const plain = await connectClient(a)
    expect((await plain.keys('*')).sort()).toEqual(['app:key', 'app:other'])
    expect(await client.get('key')).toBe('value')
  })

  it('duplicates to the configured endpoint, with the same options and a maint of its own', async () => {
    const { a, b } = await startPair()
    const options = { url: a.url, name: 'first', maintNotifications: { tailMs: 1 } }
    const client = await connectClient(a, options)
    await moveTo(client, a, b)
    const copy = client.duplicate({ name: 'second' })
    onTestFinished(() => copy.destroy())
    a.endMove()
    await copy.connect()
    expect(a.connections().map(({ name }) => name)).toContain('second')
    expect(copy.maint).not.toBe(client.maint)
  })

  it('makes a pool', async () => {
    const { a } = await startPair()
    const client = await connectClient(a)
    const pool = client.createPool({ minimum: 2 })
    onTestFinished(() => pool.destroy())
    await pool.connect()
    await pool.set('key', 'value')
    expect(await pool.get('key')).toBe('value')
  })
})
