import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { HitlessClient, HitlessClientOptions, HitlessClientPool } from '../../../src/adapters/node-redis/index.js'
import type { HitlessOptions } from '../../../src/core/options/hitless-options.js'
import { describeWithRedisServer } from '../../support/redis-server.js'
import { nextEvent, openClient, openPool } from '../../support/rig.js'
import { type RoleSwap, startRoleSwap } from '../../support/role-swap.js'
import { compareWritten, startSwitchoverLoad, type Writer } from '../../support/switchover-load.js'

const KINDS = ['single', 'pipeline', 'script', 'multi'] as const
const WORKERS = 32
const NOTHING_WRONG = { missing: [], doubled: [], unacknowledged: [] }

type Recovery = HitlessOptions['recovery']

let rig: RoleSwap

function optionsOf(recovery: Recovery = {}): HitlessClientOptions {
  const { name, port } = rig
  return {
    socket: { host: name.host, port, lookup: name.lookup },
    maintNotifications: { handoff: { spread: 0 } },
    hitless: { recovery },
  }
}

async function connect(recovery?: Recovery): Promise<HitlessClient> {
  const client = openClient(optionsOf(recovery))
  client.on('error', () => {})
  return client.connect()
}

async function connectPool(size: number, recovery?: Recovery): Promise<HitlessClientPool> {
  // More workers than connections: some wait for one for as long as the roles take to change.
  const settings = { minimum: size, maximum: size, acquireTimeout: 20_000 }
  return openPool(optionsOf(recovery), settings).connect()
}

const WRITERS: readonly [string, (recovery?: Recovery) => Promise<Writer>][] = [
  ['a client', connect],
  ['a pool of 10', recovery => connectPool(10, recovery)],
]

describeWithRedisServer('a primary that becomes a replica and says nothing', () => {
  beforeAll(async () => {
    rig = await startRoleSwap()
  })
  afterAll(() => rig.dispose())
  beforeEach(() => rig.reset())

  const cases = WRITERS.flatMap(([who, open]) => KINDS.map(kind => [kind, who, open] as const))

  const withScripts = WRITERS.map(([who, open]) => ['scripts in a multi', who, open] as const)

  it.for([...cases, ...withScripts])('fails no %s write of %s', async ([kind, , open], { annotate }) => {
    const load = startSwitchoverLoad(await open(), kind, WORKERS)
    await load.hasWritten(1_000)
    const { promotedAt } = await rig.swap()
    const resumedMs = (await load.everyWorkerWrote(promotedAt)) - promotedAt
    await load.hasWritten(1_000)
    const report = await load.stop()
    expect(report.failed).toEqual([])
    expect(await compareWritten(rig.primary.client, report)).toEqual(NOTHING_WRONG)
    await annotate(`every worker wrote ${Math.round(resumedMs)} ms after the promotion`)
  })

  it.for(cases)(
    'fails no more than the %s writes in flight of %s when nothing is to be sent again',
    async ([kind, , open]) => {
      const load = startSwitchoverLoad(await open({ readOnly: 'reconnect' }), kind, WORKERS)
      await load.hasWritten(1_000)
      const { promotedAt } = await rig.swap()
      await load.everyWorkerWrote(promotedAt)
      await load.hasWritten(1_000)
      const report = await load.stop()
      expect(report.failed.length).toBeGreaterThan(0)
      expect(report.failed.length).toBeLessThanOrEqual(WORKERS)
      for (const { error } of report.failed) expect(String(error)).toMatch(/READONLY|EXECABORT/)
      expect(await compareWritten(rig.primary.client, report)).toEqual(NOTHING_WRONG)
    },
  )

  it.for(WRITERS)('makes %s wait for a name that flips late', async ([name, open], { annotate }) => {
    const writer = await open()
    // Writes that wait keep the connections of a pool to themselves, so that some must be left for reads.
    const load = startSwitchoverLoad(writer, 'single', 8)
    await load.hasWritten(1_000)
    const asked = rig.name.lookups
    const tried = nextEvent(writer, 'handoff:failed')
    const { promotedAt } = await rig.swap({ flipsName: false })
    // The name still leads to a replica, so a search has begun and found no primary.
    expect(await tried).toMatchObject({ reason: 'not-writable', followedBy: 'retry' })
    const order: string[] = []
    const read = writer.get('key').then(() => order.push('read'))
    // A read waits behind a write that does; the clients of a pool that have none go on.
    if (name.startsWith('a pool')) await read
    order.push('flipped')
    rig.name.leadTo(rig.primary.host)
    const resumedAt = await load.everyWorkerWrote(promotedAt)
    await read
    const report = await load.stop()
    expect(order).toEqual(name.startsWith('a pool') ? ['read', 'flipped'] : ['flipped', 'read'])
    expect(report.failed).toEqual([])
    expect(await compareWritten(rig.primary.client, report)).toEqual(NOTHING_WRONG)
    await annotate(
      `every worker wrote ${Math.round(resumedAt - promotedAt)} ms after the promotion, with ${rig.name.lookups - asked} dials`,
    )
  })

  it.for(WRITERS)('fails nothing of %s while no server is the primary', async ([, open]) => {
    const load = startSwitchoverLoad(await open(), 'single', WORKERS)
    await load.hasWritten(1_000)
    const { promotedAt } = await rig.swap({ leaderlessMs: 1_000 })
    await load.everyWorkerWrote(promotedAt)
    const report = await load.stop()
    expect(report.failed).toEqual([])
    expect(await compareWritten(rig.primary.client, report)).toEqual(NOTHING_WRONG)
  })

  it.for(WRITERS)('takes %s through five swaps in a row', async ([, open]) => {
    const load = startSwitchoverLoad(await open(), 'single', WORKERS)
    for (let swap = 0; swap < 5; swap++) {
      await load.hasWritten(500)
      const { promotedAt } = await rig.swap()
      await load.everyWorkerWrote(promotedAt)
    }
    const report = await load.stop()
    expect(report.failed).toEqual([])
    expect(await compareWritten(rig.primary.client, report)).toEqual(NOTHING_WRONG)
  })

  it('lets a consumer that blocks take its item from the new primary, once', async () => {
    const client = await connect()
    const item = client.blPop('queue', 0)
    await blockedAt(rig.primary.client)
    await rig.swap()
    await blockedAt(rig.primary.client)
    await rig.primary.client.rPush('queue', ['one', 'two'])
    expect(await item).toEqual({ key: 'queue', element: 'one' })
    expect(await rig.primary.client.lRange('queue', 0, -1)).toEqual(['two'])
  })

  it('is told of, and left as it is, where that is all that is wanted', async () => {
    const client = await connect({ readOnly: 'report' })
    await client.set('key', 'value')
    await rig.swap()
    const asked = rig.name.lookups
    const told = nextEvent(client, 'command:refused')
    await expect(client.set('key', 'other')).rejects.toThrow('READONLY')
    expect(await told).toMatchObject({ command: 'SET', recovery: 'none' })
    expect(await client.get('key')).toBe('value')
    expect(rig.name.lookups).toBe(asked)
  })
})

describeWithRedisServer('a replica on purpose', () => {
  beforeAll(async () => {
    rig = await startRoleSwap()
  })
  afterAll(() => rig.dispose())
  beforeEach(() => rig.reset())

  it.for(WRITERS)(
    'refuses the writes of %s in the end, and is not dialled in a loop',
    async ([, open], { annotate }) => {
      rig.name.leadTo(rig.replica.host)
      const writer = await open()
      const before = await rig.replica.connectionsReceived()
      const startedAt = performance.now()
      await expect(writer.set('key', 'value')).rejects.toSatisfy(isReadOnly)
      await annotate(`the first write failed after ${Math.round(performance.now() - startedAt)} ms`)
      const dialled = await rig.replica.connectionsReceived()
      for (let write = 0; write < 50; write++) await expect(writer.set('key', 'value')).rejects.toSatisfy(isReadOnly)
      expect(await writer.get('key')).toBeNull()
      const dialledLater = await rig.replica.connectionsReceived()
      await annotate(`${dialled - before} dials until then, ${dialledLater - dialled} for 50 further writes`)
      expect(dialledLater - dialled).toBeLessThanOrEqual(10)
    },
  )
})

/** The refusal itself, or an error that names it as its cause. */
function isReadOnly(error: unknown): boolean {
  return error instanceof Error && /READONLY/.test(`${error.message} ${String(error.cause)}`)
}

async function blockedAt(server: { sendCommand(args: string[]): Promise<unknown> }): Promise<void> {
  await expect.poll(() => server.sendCommand(['INFO', 'clients']), { timeout: 5_000 }).toContain('blocked_clients:1')
}
