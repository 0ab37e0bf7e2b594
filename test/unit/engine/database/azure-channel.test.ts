import { describe, expect, it } from 'vitest'
import { createDeferred } from '../../../../src/base/deferred.js'
import { AzureChannel, type AzureSubscriber } from '../../../../src/engine/database/azure-channel.js'
import { AZURE_CHANNEL } from '../../../../src/notifications/azure-notification.js'
import { createVirtualClock } from '../../../../src/testing/index.js'

const START = 'NotificationType|NodeMaintenanceStart'

/** A client that does what it is told. */
class Subscriber implements AzureSubscriber {
  readonly connecting = createDeferred<unknown>()
  readonly subscribing = createDeferred<unknown>()
  readonly listeners = new Map<string, (error: unknown) => void>()
  channel = ''
  publish: (message: string) => void = () => {}
  destroyed = 0
  unrefed = false

  connect(): Promise<unknown> {
    return this.connecting.promise
  }

  subscribe(channel: string, listener: (message: string) => void): Promise<unknown> {
    this.channel = channel
    this.publish = listener
    return this.subscribing.promise
  }

  destroy(): void {
    this.destroyed += 1
    if (this.destroyed > 1) throw new Error('The client is closed')
  }

  unref(): void {
    this.unrefed = true
  }

  on(event: string, listener: (error: unknown) => void): void {
    this.listeners.set(event, listener)
  }

  emit(event: 'error' | 'terminated', error: unknown): void {
    this.listeners.get(event)?.(error)
  }
}

function createChannel({ failures = 0, onError = (): void => {} } = {}) {
  const clock = createVirtualClock()
  const clients: Subscriber[] = []
  const log: unknown[] = []
  let left = failures
  const open = (): Subscriber => {
    left -= 1
    if (left >= 0) throw new Error('no such host')
    const client = new Subscriber()
    clients.push(client)
    return client
  }
  const channel = new AzureChannel({
    open,
    clock,
    onNotification: ({ type, receivedAt }) => {
      log.push([type, receivedAt])
      if (type === 'azure-unknown') throw new Error('thrown by the listener')
    },
    onRejected: ({ reason }) => log.push(reason),
    onError: error => {
      log.push(String(error))
      onError()
    },
  })
  const client = (index: number): Subscriber => {
    const found = clients[index]
    if (found === undefined) throw new Error(`There is no client ${index}`)
    return found
  }
  /** Starts the channel and lets its client subscribe. */
  const listen = async (): Promise<Subscriber> => {
    channel.start()
    client(0).connecting.resolve(undefined)
    client(0).subscribing.resolve(undefined)
    await clock.settle()
    return client(0)
  }
  return { channel, clock, clients, client, log, listen }
}

describe('the listener to the channel of Azure', () => {
  it('subscribes on a client of its own, and tells what is announced', async () => {
    const { clock, log, listen } = createChannel()
    const client = await listen()
    expect({ channel: client.channel, unrefed: client.unrefed }).toEqual({ channel: AZURE_CHANNEL, unrefed: true })
    clock.advanceBy(5)
    client.publish(START)
    client.publish('1|2|3')
    expect(log).toEqual([['azure-start', clock.epochMs()], 'the message names no notification type'])
  })

  it('starts once, and stops once', async () => {
    const { channel, clients, client, listen } = createChannel()
    await listen()
    channel.start()
    channel.stop()
    channel.stop()
    expect([clients.length, client(0).destroyed]).toEqual([1, 1])
  })

  it('hears nothing any more once it was stopped, and starts again with another client', async () => {
    const { channel, clients, client, log, listen } = createChannel()
    const first = await listen()
    channel.stop()
    first.publish(START)
    first.emit('error', new Error('late'))
    first.emit('terminated', new Error('late'))
    channel.start()
    expect([log, clients.length, client(1).destroyed]).toEqual([[], 2, 0])
  })

  it('does not subscribe when it was stopped while it connected', async () => {
    const { channel, clock, client, log } = createChannel()
    channel.start()
    channel.stop()
    client(0).connecting.resolve(undefined)
    await clock.settle()
    expect({ channel: client(0).channel, destroyed: client(0).destroyed, log }).toEqual({
      channel: '',
      destroyed: 1,
      log: [],
    })
  })

  it('says nothing of a connection that failed because it was stopped', async () => {
    const { channel, clock, client, log } = createChannel()
    channel.start()
    channel.stop()
    client(0).connecting.reject(new Error('The client is closed'))
    await clock.settle()
    expect([log, clock.pending]).toEqual([[], 0])
  })

  it('leaves lost connections to the client, and only tells', async () => {
    const { clock, clients, log, listen } = createChannel()
    const client = await listen()
    client.emit('error', new Error('ECONNRESET'))
    expect([log, clients.length, client.destroyed, clock.pending]).toEqual([['Error: ECONNRESET'], 1, 0, 0])
  })

  it('tells what a listener throws', async () => {
    const { log, clock, listen } = createChannel()
    const client = await listen()
    const at = clock.epochMs()
    client.publish(`${START}2`)
    client.publish(START)
    expect(log).toEqual([['azure-unknown', at], 'Error: thrown by the listener', ['azure-start', at]])
  })
})

describe('another client is made after a pause', () => {
  it.each([
    ['cannot connect', (client: Subscriber) => client.connecting.reject(new Error('trouble'))],
    [
      'may not subscribe',
      (client: Subscriber) => {
        client.connecting.resolve(undefined)
        client.subscribing.reject(new Error('trouble'))
      },
    ],
    ['is terminated', (client: Subscriber) => client.emit('terminated', new Error('trouble'))],
  ])('where one %s', async (_what, fail) => {
    const { channel, clock, clients, client, log } = createChannel()
    channel.start()
    fail(client(0))
    await clock.settle()
    channel.start()
    expect([log, client(0).destroyed, clients.length]).toEqual([['Error: trouble'], 1, 1])
    clock.advanceBy(1_000)
    expect(clients.length).toBe(2)
    expect(clock.pending).toBe(0)
  })

  it('where one cannot be made, and the pauses grow to a minute', () => {
    const { channel, clock, log } = createChannel({ failures: 100 })
    channel.start()
    const pauses = Array.from({ length: 8 }, () => {
      const [at, { length }] = [clock.now(), log]
      while (log.length === length) clock.advanceBy(1_000)
      return (clock.now() - at) / 1_000
    })
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
    channel.stop()
  })

  it('which is short again once one has subscribed', async () => {
    const { channel, clock, client, clients } = createChannel({ failures: 5 })
    channel.start()
    clock.advanceBy(31_000)
    client(0).connecting.resolve(undefined)
    client(0).subscribing.resolve(undefined)
    await clock.settle()
    client(0).emit('terminated', new Error('trouble'))
    clock.advanceBy(1_000)
    expect(clients.length).toBe(2)
  })

  it('unless it was stopped meanwhile', () => {
    const { channel, clock, clients } = createChannel({ failures: 1 })
    channel.start()
    channel.stop()
    clock.advanceBy(1_000)
    expect([clients.length, clock.pending]).toEqual([0, 0])
  })

  it('unless one that is told stops it', async () => {
    const parts = createChannel({ onError: () => parts.channel.stop() })
    const client = await parts.listen()
    client.emit('terminated', new Error('trouble'))
    expect([client.destroyed, parts.clock.pending]).toEqual([1, 0])
  })

  it('also where one that is told throws', async () => {
    const parts = createChannel({
      onError: () => {
        throw new Error('again')
      },
    })
    const client = await parts.listen()
    client.emit('terminated', new Error('trouble'))
    expect(parts.clock.pending).toBe(1)
    parts.channel.stop()
  })
})
