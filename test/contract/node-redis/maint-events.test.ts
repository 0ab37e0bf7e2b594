import { expect, it } from 'vitest'
import type { SimNode } from '../../../src/simulator/index.js'
import { describeBackends } from '../../support/backends.js'
import { connectClient } from '../../support/rig.js'

describeBackends('a hand-off', backend => {
  it('is waited for, and read about in a loop that ends with the client', async () => {
    const { nodes } = await backend.simulate({ nodes: 2 })
    const [a, b] = nodes as [SimNode, SimNode]
    const client = await connectClient(a)
    const events = client.maint.events({ names: ['handoff:started', 'handoff:completed'] })
    const started = client.maint.once('handoff:started')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    await started
    await client.maint.settled()
    await client.close()
    const names: string[] = []
    for await (const { name } of events) names.push(name)
    expect(names).toEqual(['handoff:started', 'handoff:completed'])
  })
})
