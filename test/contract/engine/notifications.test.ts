import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { windowOf } from '../../../src/index.js'
import type { SimNode } from '../../../src/simulator/index.js'
import { describeHosts } from '../../support/engine-hosts.js'
import { startLoad } from '../../support/engine-load.js'
import { nextEvent, noteHooks } from '../../support/rig.js'

const folder = new URL('../../../fixtures/malformed/', import.meta.url)

const malformed = readdirSync(folder)
  .filter(name => name.endsWith('.resp'))
  .map(name => readFileSync(new URL(name, folder)))
  // Not every decoder of a host can read attributes.
  .filter(bytes => !bytes.includes('|') && bytes.at(0) === '>'.charCodeAt(0))

describeHosts('notifications', ({ errors, start, create, connect }) => {
  it('raise timeouts while a window is open, and set them back afterwards', async () => {
    const { node } = await start()
    const client = await connect(node, { maint: { tailMs: 0 } })
    const hooks = noteHooks(client)
    await node.notify({ type: 'migrating', graceMs: 5_000 })
    await expect.poll(() => client.maint.status()).toMatchObject({ inMaintenance: true, relaxations: ['migrating'] })
    await node.notify({ type: 'migrated' })
    await expect.poll(() => client.maint.status()).toMatchObject({ inMaintenance: false, relaxations: [] })
    expect(hooks).toEqual(['migrating', 'timeouts:relaxed', 'migrated', 'timeouts:restored'])
    expect(node.totalConnections).toBe(1)
  })

  it('are only told of in a dry run, with what they would lead to', async () => {
    const [a, b] = (await start({ nodes: 2 })).nodes as [SimNode, SimNode]
    const client = await connect(a, { hitless: { dryRun: true } })
    const withheld: unknown[] = []
    client.maint.on('action:withheld', payload => withheld.push(payload))
    const ignored = nextEvent(client, 'notification:ignored')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    expect(await ignored).toMatchObject({ cause: 'dry-run' })
    expect(withheld).toMatchObject([
      { action: 'relax', cause: 'moving' },
      { action: 'handoff', cause: 'moving', to: { type: 'endpoint', endpoint: b.endpoint } },
    ])
    expect(client.maint.status()).toMatchObject({ dryRun: true, state: 'serving', window: { type: 'moving' } })
    expect(await client.command(['GET', 'key'])).toBeNull()
    expect(b.totalConnections).toBe(0)
  })

  it('are known by the errors that are raised meanwhile, which look as always', async () => {
    const { node } = await start()
    const client = await connect(node, { maint: { relaxedTimeoutMs: false } })
    await node.notify({ type: 'failing-over', graceMs: 5_000, sequence: 3 })
    await expect.poll(() => client.maint.status().window).toMatchObject({ type: 'failing-over', sequence: 3 })
    node.silent()
    const error: unknown = await client.command(['GET', 'key'], { timeout: 20 }).catch(thrown => thrown)
    expect(error).toStrictEqual(errors.timeout())
    expect(windowOf(error)).toMatchObject({ type: 'failing-over', sequence: 3, handoffId: undefined })
  })

  it.each([
    ['are raised', { relaxedTimeoutMs: 60_000, timeout: 50, outcome: 'answered' }],
    ['are never made shorter', { relaxedTimeoutMs: 50, timeout: 60_000, outcome: 'answered' }],
    ['are left alone where that is wanted', { relaxedTimeoutMs: false, timeout: 50, outcome: 'late' }],
  ] as const)('of a move: timeouts %s', async (_, { relaxedTimeoutMs, timeout, outcome }) => {
    const [a, b] = (await start({ nodes: 2 })).nodes as [SimNode, SimNode]
    const client = await connect(a, { maint: { relaxedTimeoutMs, handoff: { fenceTimeoutMs: 300 } } })
    b.delayHandshake(50)
    const dialled = b.nextConnection()
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    await dialled
    // What asks whether everything was answered is not answered itself: new commands wait for as long as they may.
    a.silent()
    await expect.poll(() => client.maint.status().state, { interval: 5 }).toBe('fencing')
    const reply = client.command(['GET', 'key'], { timeout })
    if (outcome === 'answered') expect(await reply).toBeNull()
    else await expect(reply).rejects.toStrictEqual(errors.timeout())
  })

  it('are acted on while a listener throws, and the throw is reported', async () => {
    const { node } = await start()
    const client = await connect(node)
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
    const { node } = await start()
    const client = await connect(node)
    const outcomes: unknown[] = []
    client.maint.hooks.use({ before: () => 'skip', after: (_, outcome) => outcomes.push(outcome) })
    const ignored = nextEvent(client, 'notification:ignored')
    await node.notify({ type: 'moving', graceMs: 15_000, endpoint: '127.0.0.1:1' })
    expect(await ignored).toMatchObject({ cause: 'skipped' })
    expect(outcomes).toEqual([{ result: 'ignored', cause: 'skipped' }])
    expect(client.maint.status().state).toBe('serving')
  })

  it('that are malformed leave every reply with its command', async () => {
    const { node } = await start()
    const client = await connect(node)
    const hooks = noteHooks(client)
    const load = startLoad(client)
    expect(malformed.length).toBeGreaterThanOrEqual(19)
    for (const bytes of malformed) expect(await node.push(bytes)).toBe(1)
    await load.expectPerfect()
    expect(client.events).toEqual(['connected'])
    expect(hooks.filter(name => name === 'notification:rejected').length).toBeGreaterThanOrEqual(19)
  })

  it('of an unknown kind are reported, and change nothing', async () => {
    const { node } = await start()
    const client = await connect(node)
    const reported = nextEvent(client, 'notification:unrecognised')
    await node.push(['SMOVING', 3, '127.0.0.1:6379'])
    expect(await reported).toMatchObject({ name: 'SMOVING' })
    expect(await client.command(['PING'])).toBe('PONG')
  })

  it('that repeat a completion to a newcomer change nothing', async () => {
    const { node } = await start()
    await node.notify({ type: 'migrated' })
    const client = await connect(node)
    const hooks = noteHooks(client)
    expect(await client.command(['PING'])).toBe('PONG')
    expect(client.maint.status()).toMatchObject({ relaxations: [], state: 'serving' })
    expect(hooks.filter(name => name.startsWith('timeouts:'))).toEqual([])
  })

  it('of the application itself are acted on like those of the server', async () => {
    const [a, b] = (await start({ nodes: 2 })).nodes as [SimNode, SimNode]
    const client = await connect(a)
    const load = startLoad(client)
    const completed = nextEvent(client, 'handoff:completed')
    client.maint.signal({ type: 'moving', endpoint: b.endpoint, graceMs: 5_000, id: 'sns-1' })
    expect(await completed).toMatchObject({ reason: 'moving', to: { type: 'endpoint', endpoint: b.endpoint } })
    await load.expectPerfect()
  })

  it('are asked for once, and where the server refuses that is quiet and free', async () => {
    const simulator = await start({ record: true })
    const { node } = simulator
    node.maintSupport('unknown-subcommand')
    const client = await connect(node)
    expect(await client.command(['PING'])).toBe('PONG')
    expect(client.events).toEqual(['connected'])
    expect(node.totalConnections).toBe(1)
    const asked = simulator.log.filter(({ type, words }) => type === 'command' && words[1] === 'MAINT_NOTIFICATIONS')
    expect(asked).toHaveLength(1)
    expect(client.maint.status().capability).toMatchObject({
      state: 'unsupported',
      reason: expect.stringContaining('MAINT_NOTIFICATIONS'),
    })
  })

  it('that must be had fail to connect where the server refuses, and say why', async () => {
    const { node } = await start()
    node.maintSupport('unknown-subcommand')
    const client = create(node, { maint: { mode: 'enabled' }, reconnect: () => false })
    await expect(client.connect()).rejects.toMatchObject({ code: 'MAINT_UNSUPPORTED' })
    expect(client.maint.status().connections).toBe(0)
  })

  it('that are not wanted are never asked for, and change nothing where they come', async () => {
    const [a, b] = (await start({ nodes: 2 })).nodes as [SimNode, SimNode]
    const client = await connect(a, { maint: { mode: 'disabled' } })
    const hooks = noteHooks(client)
    expect(a.connections().map(({ optedIn }) => optedIn)).toEqual([false])
    expect(client.maint.status().mode).toBe('disabled')
    // A server, or a proxy in front of several clients, may push all the same.
    expect(await a.push(['MOVING', 1, 1, `127.0.0.1:${b.endpoint.port}`], 'resp3')).toBe(1)
    await client.command(['PING'])
    expect(client.maint.status()).toMatchObject({ state: 'serving', inMaintenance: false })
    expect(hooks).toEqual([])
  })
})
