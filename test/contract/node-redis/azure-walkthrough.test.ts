import { expect, it } from 'vitest'
import type { HitlessClient, HitlessClientOptions, HitlessClientPool } from '../../../src/adapters/node-redis/index.js'
import { type Clock, systemClock } from '../../../src/base/clock.js'
import { createDeferred } from '../../../src/base/deferred.js'
import {
  type AzureAnnouncement,
  playAzureWalkthrough,
  type SimNode,
  type Simulator,
} from '../../../src/simulator/index.js'
import { describeBackends, describeStore } from '../../support/backends.js'
import { startPacedCalls } from '../../support/paced-calls.js'
import { openClient, openPool } from '../../support/rig.js'
import { compareWritten, startSwitchoverLoad } from '../../support/switchover-load.js'
import { createTestName } from '../../support/test-name.js'

/** From the message that says when it starts, ten times as fast: the primary is away for 0.9 s. */
const PLAY = { fromMs: 767_000, speed: 10, clock: waitingAtMost(2_000) } as const

/** In the time that it really takes: the primary is away for 9 s, longer than the host waits for answers by default. */
const REAL_TIME = { fromMs: 786_000, clock: waitingAtMost(9_000) } as const

/** A course lasts for seconds; what its writers meet does not depend on how fast they are. */
const REST_MS = 5

const NOTHING_WRONG = { missing: [], doubled: [], unacknowledged: [] }

/** The options of an application that names its cache, and nothing else. */
function optionsOf({ endpoint }: SimNode): HitlessClientOptions {
  const { host, lookup } = createTestName('cache.redis.cache.windows.net', endpoint.host)
  return { socket: { host, port: endpoint.port, lookup } }
}

async function connect(node: SimNode): Promise<HitlessClient> {
  const client = openClient(optionsOf(node))
  client.on('error', () => {})
  return client.connect()
}

async function connectPool(node: SimNode): Promise<HitlessClientPool> {
  return openPool(optionsOf(node), { minimum: 10, maximum: 10 }).connect()
}

/** Cuts waits short: of the whole course only the last message is minutes away. */
function waitingAtMost(mostMs: number): Clock {
  return {
    ...systemClock,
    after: (delayMs, task, hold) => systemClock.after(Math.min(delayMs, mostMs), task, hold),
  }
}

/** Resolves when somebody listens to the channel. */
async function listens(simulator: Simulator): Promise<void> {
  await expect.poll(() => simulator.azure({ type: 'azure-scheduled', startsInMs: 858_000 })).toBeGreaterThan(0)
}

/** How many commands wait at the gates of connections. */
function heldBy(client: HitlessClient | HitlessClientPool): number {
  if (!('tasksQueueLength' in client)) return client.maint.status().waitingCommands
  return client.maint.status().waiting - client.tasksQueueLength
}

describeBackends('the maintenance that Azure documents', backend => {
  it.for([
    ['a client', connect, 10],
    ['a pool of 10', connectPool, 10],
  ] as const)('fails nothing of %s whose options are left open', async ([, open, workers]) => {
    const simulator = await backend.simulate()
    const { node } = simulator
    const client = await open(node)
    await listens(simulator)
    const writes = startSwitchoverLoad(client, 'single', workers, REST_MS)
    const reads = startPacedCalls(() => client.get('key'))
    const azure = async (message: AzureAnnouncement): Promise<number> => {
      const told = await simulator.azure(message)
      // Azure leaves a second until the primary is lost, of which a busy machine leaves little at this speed.
      if (message.type === 'azure-start') await expect.poll(() => heldBy(client), { timeout: 5_000 }).toBe(workers)
      return told
    }
    await playAzureWalkthrough({ ...PLAY, azure, primary: node })
    await writes.hasWritten(100)
    await reads.hasAnswer()
    await reads.stop()
    const report = await writes.stop()
    expect(reads.failed).toEqual([])
    expect(report.failed).toEqual([])
    expect(await compareWritten(client, report)).toEqual(NOTHING_WRONG)
  })

  it('lets a subscriber hear what is published afterwards', async () => {
    const simulator = await backend.simulate()
    const { node } = simulator
    const [client, publisher] = [await connect(node), await connect(node)]
    const heard = createDeferred<string>()
    await client.subscribe('channel', message => heard.resolve(message))
    await playAzureWalkthrough({ ...PLAY, azure: message => simulator.azure(message), primary: node })
    await expect.poll(() => publisher.publish('channel', 'message')).toBe(1)
    expect(await heard.promise).toBe('message')
  })
})

// The data sets behind it were all seen above, at ten times the speed.
describeStore('the maintenance that Azure documents, in real time', backend => {
  it('fails nothing of a client and of a pool whose options are left open', { timeout: 60_000 }, async () => {
    const simulator = await backend.simulate()
    const { node } = simulator
    const clients = [await connect(node), await connectPool(node)]
    await listens(simulator)
    const loads = clients.map(client => ({
      writes: startSwitchoverLoad(client, 'single', 10, REST_MS),
      reads: startPacedCalls(() => client.get('key')),
    }))
    const azure = (message: AzureAnnouncement): Promise<number> => simulator.azure(message)
    await playAzureWalkthrough({ ...REAL_TIME, azure, primary: node })
    for (const { writes, reads } of loads) {
      await reads.hasAnswer()
      await writes.hasWritten(100)
      await reads.stop()
      expect([...reads.failed, ...(await writes.stop()).failed].map(({ error }) => error)).toEqual([])
    }
  })
})
