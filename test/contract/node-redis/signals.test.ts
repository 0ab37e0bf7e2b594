import { expect, it } from 'vitest'
import { isHitlessError } from '../../../src/base/errors.js'
import { describeBackends } from '../../support/backends.js'
import { connectClient, noteHooks, openPool } from '../../support/rig.js'

const AT_ONCE = { handoff: { spread: 0 } } as const

describeBackends('a signal of the application', backend => {
  it('is acted on once, however often the same one comes', async () => {
    const { node } = await backend.simulate()
    const client = await connectClient(node)
    const hooks = noteHooks(client)
    for (let copy = 0; copy < 3; copy++) client.maint.signal({ type: 'failing-over', graceMs: 1_000, id: 7 })
    expect(hooks).toEqual(['failing-over', 'timeouts:relaxed', 'notification:ignored', 'notification:ignored'])
    expect(client.maint.status()).toMatchObject({ inMaintenance: true, relaxations: ['failing-over'] })
    client.maint.signal({ type: 'failed-over', id: 8 })
    expect(client.maint.status()).toMatchObject({ inMaintenance: false, relaxations: ['tail'] })
  })

  it('that makes no sense is refused, and nothing is done', async () => {
    const { node } = await backend.simulate()
    const client = await connectClient(node)
    const hooks = noteHooks(client)
    const nonsense = [
      { type: 'moving', endpoint: '?:6379' },
      { type: 'other' },
      { type: 'migrating', graceMs: -1 },
      null,
    ]
    for (const signal of nonsense) {
      expect(() => client.maint.signal(signal as never)).toThrow(
        expect.toSatisfy(error => isHitlessError(error, 'SIGNAL_INVALID')),
      )
    }
    expect(hooks).toEqual([])
  })

  it('reaches every client of a pool, which tells of it once', async () => {
    const { nodes } = await backend.simulate({ nodes: 2 })
    const [a, b] = nodes
    if (a === undefined || b === undefined) throw new Error('There are not two nodes')
    const pool = openPool({ url: a.url, maintNotifications: AT_ONCE }, { minimum: 4, maximum: 4 })
    await pool.connect()
    let told = 0
    pool.maint.on('moving', () => {
      told += 1
    })
    pool.maint.signal({ type: 'moving', endpoint: b.endpoint, graceMs: 5_000 })
    await expect.poll(() => b.connections().length).toBe(4)
    expect(told).toBe(1)
  })
})

describeBackends('what a client tells about its server', backend => {
  it('is who runs it, and why that is believed', async () => {
    const { node } = await backend.simulate()
    const open = await connectClient(node, { hitless: { provider: 'elasticache' } })
    expect(open.maint.status().provider).toMatchObject({ provider: 'elasticache', chosenBy: 'user' })
    const silent = await connectClient(node, { maintNotifications: 'disabled', hitless: {} })
    expect(silent.maint.status().provider).toMatchObject({ provider: 'generic', chosenBy: 'default' })
  })

  it('is that it can be reached', async () => {
    const { node } = await backend.simulate()
    const client = await connectClient(node)
    expect(client.maint.availability).toEqual({ state: 'available' })
    expect(client.maint.status()).toMatchObject({
      ready: true,
      unresponsive: false,
      azureEvents: false,
      blockedCommands: 0,
    })
  })
})
