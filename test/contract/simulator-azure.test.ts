import { describe, expect, it } from 'vitest'
import { decodeAzureMessage } from '../../src/notifications/azure-message.js'
import { AZURE_CHANNEL } from '../../src/notifications/azure-notification.js'
import {
  AZURE_WALKTHROUGH,
  type AzureAnnouncement,
  createSimulator,
  playAzureWalkthrough,
  type SimNode,
} from '../../src/simulator/index.js'
import { createVirtualClock } from '../../src/testing/index.js'
import { ScriptedClient } from '../support/backend-client.js'
import { describeBackends } from '../support/backends.js'

async function subscriber(node: SimNode): Promise<ScriptedClient> {
  const client = await ScriptedClient.connect(node.endpoint)
  await client.call('HELLO', 3)
  client.send(['SUBSCRIBE', AZURE_CHANNEL])
  expect(await client.push()).toEqual(['subscribe', AZURE_CHANNEL, 1])
  return client
}

/** The next message, decoded. */
async function nextMessage(client: ScriptedClient) {
  const [, , message] = await client.push()
  const result = decodeAzureMessage(message, 0)
  return result.outcome === 'accepted' ? result.notification : result
}

describeBackends('a simulator that publishes as Azure does', backend => {
  it('tells the subscribers of every node', async () => {
    const simulator = await backend.simulate({ nodes: 2 })
    const clients = await Promise.all(simulator.nodes.map(subscriber))
    const stranger = await ScriptedClient.connect(simulator.node.endpoint)
    expect(await simulator.azure({ type: 'azure-start', sslPort: 15_002, nonSslPort: 13_002 })).toBe(2)
    for (const client of clients) {
      expect(await nextMessage(client)).toMatchObject({
        type: 'azure-start',
        startsAt: null,
        isReplica: false,
        ipAddress: null,
        sslPort: 15_002,
        nonSslPort: 13_002,
      })
    }
    expect(stranger.order).toEqual([])
  })

  it('publishes as many copies as nodes would, and any text', async () => {
    const simulator = await backend.simulate()
    const client = await subscriber(simulator.node)
    expect(await simulator.azure('1|2|3', 3)).toBe(1)
    const messages = [await client.push(), await client.push(), await client.push()]
    expect(messages).toEqual(Array(3).fill(['message', AZURE_CHANNEL, '1|2|3']))
  })

  it('goes on while the node takes no connections, and tells nobody there', async () => {
    const simulator = await backend.simulate()
    simulator.node.refuse()
    expect(await simulator.azure({ type: 'azure-ended' })).toBe(0)
  })

  it('plays the documented maintenance', async () => {
    const simulator = await backend.simulate({ nodes: 2 })
    const [primary, other] = simulator.nodes
    if (primary === undefined || other === undefined) throw new Error('two nodes')
    const [lost, listening] = [await ScriptedClient.connect(primary.endpoint), await subscriber(other)]
    await playAzureWalkthrough({ azure: message => simulator.azure(message), primary, speed: 20_000 })
    for (const type of ['scheduled', 'starting', 'start', 'failover-complete', 'ended']) {
      expect(await nextMessage(listening)).toMatchObject({ type: `azure-${type}` })
    }
    expect(await lost.ended).toBe('closed')
    expect(primary.listening).toBe(true)
  })
})

describe('the documented maintenance', () => {
  it('says of the start what was said, on the clock of the simulator', async () => {
    const clock = createVirtualClock()
    const simulator = await createSimulator({ clock })
    try {
      const client = await subscriber(simulator.node)
      await simulator.azure({ type: 'azure-starting', startsInMs: 20_000, isReplica: true, ipAddress: '10.0.0.4' })
      expect(await nextMessage(client)).toMatchObject({
        startsAt: clock.epochMs() + 20_000,
        isReplica: true,
        ipAddress: '10.0.0.4',
      })
    } finally {
      await simulator.dispose()
    }
  })

  it('keeps its times at any speed, and can begin later', async () => {
    const clock = createVirtualClock()
    const log: unknown[] = []
    const note = (...what: readonly unknown[]): number => log.push([clock.now(), ...what])
    const primary = {
      refuse: () => void note('refuse'),
      closeConnections: () => void note('close'),
      accept: async () => void note('accept'),
    }
    const azure = async ({ type, startsInMs }: AzureAnnouncement): Promise<number> => note(type, startsInMs)
    const played = playAzureWalkthrough({ azure, primary, speed: 10, fromMs: 767_000, clock })
    await clock.settleBy(20_200)
    await played
    expect(log).toEqual([
      [0, 'azure-starting', 2_000],
      [2_000, 'azure-start', undefined],
      [2_100, 'refuse'],
      [2_100, 'close'],
      [3_000, 'accept'],
      [3_000, 'azure-failover-complete', undefined],
      [20_200, 'azure-ended', 0],
    ])
  })

  it('is told in order', () => {
    const times = AZURE_WALKTHROUGH.map(({ atMs }) => atMs)
    expect(times).toEqual([...times].sort((a, b) => a - b))
  })
})
