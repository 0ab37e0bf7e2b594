import { expect, it } from 'vitest'
import type { SimNode } from '../../../src/simulator/index.js'
import { describeHosts, type EngineRig } from '../../support/engine-hosts.js'
import { startLoad } from '../../support/engine-load.js'
import { nextEvent } from '../../support/rig.js'
import { createTestName, type TestName } from '../../support/test-name.js'

/** Two nodes at two addresses of one name, which leads to the first. */
async function startNamed({ start }: EngineRig): Promise<{ a: SimNode; b: SimNode; name: TestName }> {
  const simulator = await start()
  const a = simulator.node
  const b = await simulator.addNode({ host: '127.0.0.2', port: a.endpoint.port })
  return { a, b, name: createTestName('database.invalid', a.endpoint.host) }
}

describeHosts('a server', rig => {
  it('that becomes a replica is left for the primary, and no write fails', async () => {
    const { a, b, name } = await startNamed(rig)
    const client = await rig.connect(a, { host: name.host, lookup: name.lookup })
    const load = startLoad(client, 'writes')
    const refused = nextEvent(client, 'command:refused')
    const completed = nextEvent(client, 'handoff:completed')
    name.leadTo(b.endpoint.host)
    a.readonly()
    expect(await refused).toMatchObject({ kind: 'read-only', recovery: 'handoff' })
    expect(await completed).toMatchObject({ reason: 'not-writable', to: { type: 'configured' } })
    await load.expectPerfect()
    expect(b.connections()).toHaveLength(1)
    expect(client.events).toEqual(['connected'])
  })

  it('that becomes a replica is only told of where nothing more is wanted', async () => {
    const { node } = await rig.start()
    const client = await rig.connect(node, { hitless: { recovery: { readOnly: 'report' } } })
    const refused = nextEvent(client, 'command:refused')
    node.readonly()
    await expect(client.command(['SET', 'key', 'value'])).rejects.toThrow('READONLY')
    expect(await refused).toMatchObject({ command: 'SET', recovery: 'none' })
    expect(await client.command(['GET', 'key'])).toBeNull()
    expect(node.totalConnections).toBe(1)
  })

  it('that says nothing any more is left: reads are answered elsewhere, the fate of writes is told', async () => {
    const { a, b, name } = await startNamed(rig)
    const hitless = { health: { unresponsiveAfterMs: 200 } }
    const client = await rig.connect(a, { host: name.host, lookup: name.lookup, hitless })
    await client.command(['SET', 'key', 'value'])
    const unresponsive = nextEvent(client, 'connection:unresponsive')
    const completed = nextEvent(client, 'handoff:completed')
    name.leadTo(b.endpoint.host)
    a.silent()
    const write = client.command(['INCR', 'count'])
    const fate = expect(write).rejects.toMatchObject({
      code: 'FATE_UNKNOWN',
      cause: { code: 'CONNECTION_UNRESPONSIVE' },
    })
    const read = client.command(['GET', 'key'])
    await unresponsive
    expect(await completed).toMatchObject({ reason: 'unresponsive' })
    await fate
    expect(await read).toBe('value')
    expect(await client.command(['INCR', 'other'])).toBe(1)
    await expect.poll(() => [a, b].map(node => node.connections().length)).toEqual([0, 1])
  })
})
