import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createSimulator, type SimNode } from '../../../src/simulator/index.js'
import { describeBackends } from '../../support/backends.js'
import { connectClient, nextEvent, noteEvents, noteHooks, startLoad } from '../../support/rig.js'

const folder = new URL('../../../fixtures/malformed/', import.meta.url)

const frames = readdirSync(folder)
  .filter(name => name.endsWith('.resp'))
  .map(name => ({ name, bytes: readFileSync(new URL(name, folder)) }))
  // The host's own decoder cannot read attributes, whoever sends them.
  .filter(({ bytes }) => !bytes.includes('|') && isPushOnly(bytes))

function isPushOnly(bytes: Buffer): boolean {
  return bytes.at(0) === '>'.charCodeAt(0)
}

describeBackends('malformed pushes', backend => {
  it('between replies leave every reply with its command', async () => {
    const { node } = await backend.simulate()
    const client = await connectClient(node)
    const events = noteEvents(client)
    const hooks = noteHooks(client)
    const load = startLoad(client)
    expect(frames.length).toBeGreaterThanOrEqual(19)
    for (const { bytes } of frames) expect(await node.push(bytes)).toBe(1)
    const { failures, stale, acknowledged } = await load.stop()
    expect({ failures, stale }).toEqual({ failures: [], stale: 0 })
    expect(await client.get('load:count')).toBe(String(acknowledged))
    expect(events).toEqual([])
    expect(hooks.filter(name => name === 'notification:rejected').length).toBeGreaterThanOrEqual(19)
  })
})

async function startNode(): Promise<SimNode> {
  const simulator = await createSimulator()
  onTestFinished(() => simulator.dispose())
  return simulator.node
}

describe('pushes', () => {
  it('of an unknown kind are reported, and change nothing', async () => {
    const node = await startNode()
    const client = await connectClient(node)
    const reported = nextEvent(client, 'notification:unrecognised')
    await node.push(['SMOVING', 3, '127.0.0.1:6379'])
    expect(await reported).toMatchObject({ name: 'SMOVING' })
    expect(await client.ping()).toBe('PONG')
  })

  it('are acted on while a listener throws, and the throw is reported', async () => {
    const node = await startNode()
    const client = await connectClient(node)
    client.maint.on('migrating', () => {
      throw new Error('a listener of the application')
    })
    const failed = nextEvent(client, 'hook:failed')
    const relaxed = nextEvent(client, 'timeouts:relaxed')
    await node.notify({ type: 'migrating', graceMs: 1_000 })
    expect(await failed).toMatchObject({ event: 'migrating' })
    await relaxed
  })

  it('are skipped when a hook says so', async () => {
    const node = await startNode()
    const client = await connectClient(node)
    const outcomes: string[] = []
    client.maint.hooks.use({ before: () => 'skip', after: (_, outcome) => outcomes.push(outcome) })
    const ignored = nextEvent(client, 'notification:ignored')
    await node.notify({ type: 'moving', graceMs: 15_000, endpoint: '127.0.0.1:1' })
    expect(await ignored).toMatchObject({ reason: 'skipped' })
    expect(outcomes).toEqual(['skipped'])
    expect(client.maint.status().state).toBe('serving')
  })

  it('raise shorter timeouts only, for as long as the window is open', async () => {
    const node = await startNode()
    const client = await connectClient(node, { maintNotifications: { relaxedTimeoutMs: 60_000, tailMs: 0 } })
    const relaxed = nextEvent(client, 'timeouts:relaxed')
    await node.notify({ type: 'failing-over', graceMs: 1_000 })
    expect(await relaxed).toMatchObject({ kind: 'failing-over' })
    expect(client.maint.status()).toMatchObject({ inMaintenance: true, holds: ['failing-over'] })
    // Nothing serves from here on: 1 ms is raised, so the command is still waiting when the server is back.
    const lost = new Promise(resolve => client.once('reconnecting', resolve))
    node.refuse()
    node.reset()
    await lost
    expect(client.maint.status().relaxations).toEqual([])
  })

  it('keep a replayed completion from changing anything', async () => {
    const node = await startNode()
    await node.notify({ type: 'migrated' })
    const client = await connectClient(node)
    const hooks = noteHooks(client)
    expect(await client.ping()).toBe('PONG')
    expect(client.maint.status()).toMatchObject({ relaxations: [], state: 'serving' })
    expect(hooks.filter(name => name.startsWith('timeouts:'))).toEqual([])
  })
})
