import { expect, it, onTestFinished } from 'vitest'
import {
  createClientPool,
  type HitlessClient,
  type HitlessClientOptions,
  type HitlessClientPool,
} from '../../../src/adapters/node-redis/index.js'
import { type Clock, systemClock } from '../../../src/base/clock.js'
import {
  type AzureAnnouncement,
  playAzureWalkthrough,
  type SimNode,
  type Simulator,
} from '../../../src/simulator/index.js'
import { describeBackends } from '../../support/backends.js'
import { startPacedCalls } from '../../support/paced-calls.js'
import { openClient } from '../../support/rig.js'
import { startSwitchoverLoad } from '../../support/switchover-load.js'
import { createTestName } from '../../support/test-name.js'

/** In the time that it really takes: the primary is away for 9 s, longer than the host waits for answers by default. */
const REAL_TIME = { fromMs: 786_000, clock: waitingAtMost(9_000) } as const

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
  const pool: HitlessClientPool = createClientPool(optionsOf(node), { minimum: 10, maximum: 10 })
  onTestFinished(() => pool.destroy())
  pool.on('error', () => {})
  return pool.connect()
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

describeBackends('the maintenance that Azure documents, in real time', backend => {
  it('fails nothing of a client and of a pool whose options are left open', { timeout: 60_000 }, async () => {
    const simulator = await backend.simulate()
    const { node } = simulator
    const clients = [await connect(node), await connectPool(node)]
    await listens(simulator)
    const loads = clients.map(client => ({
      writes: startSwitchoverLoad(client, 'single', 10),
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
