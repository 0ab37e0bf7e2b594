import { describe, expect, it, onTestFinished } from 'vitest'
import { createClient, createClientPool } from '../../../src/adapters/redis/index.js'
import { createSimulator, type SimNode } from '../../../src/simulator/index.js'
import { nextEvent } from '../../support/rig.js'

async function startNodes(): Promise<readonly [SimNode, SimNode]> {
  const simulator = await createSimulator({ nodes: 2 })
  onTestFinished(() => simulator.dispose())
  return simulator.nodes as unknown as [SimNode, SimNode]
}

describe('the clients of redis', () => {
  it('are handed off, with their modules at hand before and after', async () => {
    const [a, b] = await startNodes()
    const client = createClient({ url: a.url })
    onTestFinished(() => client.destroy())
    client.on('error', () => {})
    await client.connect()
    const { json } = client
    await client.set('key', 'value')
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    await completed
    expect(await client.get('key')).toBe('value')
    // The store knows no modules: the refusal shows that the command got to a server.
    await expect(json.set('key', '$', {})).rejects.toThrow(/unknown command/i)
    expect(client.duplicate().json.set).toBeTypeOf('function')
  })

  it('come in pools as well', async () => {
    const [a] = await startNodes()
    const pool = createClientPool({ url: a.url }, { maximum: 2 })
    onTestFinished(() => pool.destroy())
    pool.on('error', () => {})
    await pool.connect()
    expect(await pool.incr('visits')).toBe(1)
    await expect(pool.json.get('key')).rejects.toThrow(/unknown command/i)
    expect(pool.maint.status().clients).toBe(1)
  })
})
