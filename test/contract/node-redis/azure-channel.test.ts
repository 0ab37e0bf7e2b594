import { expect, it, onTestFinished } from 'vitest'
import { createClient } from '../../../src/adapters/node-redis/index.js'
import { systemClock } from '../../../src/base/clock.js'
import { AzureChannel } from '../../../src/engine/database/azure-channel.js'
import type { AzureNotification } from '../../../src/notifications/azure-notification.js'
import type { AzureAnnouncement, SimEvent, Simulator } from '../../../src/simulator/index.js'
import { describeBackends } from '../../support/backends.js'

/** Listens on the first node, and keeps what is heard. */
function listenTo(simulator: Simulator) {
  const heard: AzureNotification[] = []
  const channel = new AzureChannel({
    open: () => createClient({ url: simulator.node.url, maintNotifications: 'disabled', hitless: { azure: false } }),
    clock: systemClock,
    onNotification: notification => heard.push(notification),
    onRejected: ({ reason }) => expect.fail(reason),
    onError: () => {},
  })
  channel.start()
  onTestFinished(() => channel.stop())
  /** Publishes until it is heard: before the subscription, nobody is told. */
  const announce = async (announcement: AzureAnnouncement): Promise<AzureNotification | undefined> => {
    heard.length = 0
    while (heard.length === 0) {
      await simulator.azure(announcement)
      // The built-in store answers in the same turn of the event loop: sockets need the next one.
      await new Promise(resolve => setImmediate(resolve))
    }
    return heard[0]
  }
  return { channel, announce }
}

function isSubscribe({ type, words }: SimEvent): boolean {
  return type === 'command' && words[0]?.toUpperCase() === 'SUBSCRIBE'
}

describeBackends('the listener to the channel of Azure', backend => {
  it('hears what is published', async () => {
    const simulator = await backend.simulate()
    const { announce } = listenTo(simulator)
    expect(await announce({ type: 'azure-start', sslPort: 15_002 })).toMatchObject({
      type: 'azure-start',
      sslPort: 15_002,
    })
  })

  it('hears it again on the next connection when one was lost', async () => {
    const simulator = await backend.simulate({ record: true })
    const { announce } = listenTo(simulator)
    const { connection } = await simulator.when(isSubscribe)
    await announce({ type: 'azure-start' })
    const again = simulator.next(isSubscribe)
    simulator.node.reset()
    expect((await again).connection).not.toBe(connection)
    expect(await announce({ type: 'azure-failover-complete' })).toMatchObject({ type: 'azure-failover-complete' })
  })

  it('leaves no connection behind when it is stopped', async () => {
    const simulator = await backend.simulate({ record: true })
    const { channel } = listenTo(simulator)
    const { connection } = await simulator.when(isSubscribe)
    const closed = simulator.when(event => event.type === 'closed' && event.connection === connection)
    channel.stop()
    await closed
    expect(simulator.node.connections()).toEqual([])
  })
})
