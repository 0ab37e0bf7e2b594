import { createAdapter } from '@socket.io/redis-adapter'
import { Server } from 'socket.io'
import { describe, expect, it } from 'vitest'
import type { SimNode } from '../../../src/simulator/index.js'
import { CLIENT_LIBRARIES, type ClientLibrary } from '../../support/client-libraries.js'
import { moveDuring, startTwoNodes } from '../../support/moved-during.js'

/** A server of its own process, as far as the adapter is concerned. */
async function startServer(library: ClientLibrary, node: SimNode) {
  const [publisher, subscriber] = await Promise.all([library.connect(node.endpoint), library.connect(node.endpoint)])
  const server = new Server({ adapter: createAdapter(publisher.connection, subscriber.connection) })
  // The adapter does not say when it is subscribed.
  await expect.poll(() => server.of('/').adapter.serverCount()).toBeGreaterThan(0)
  const close = async (): Promise<void> => {
    await server.of('/').adapter.close()
    await Promise.all([publisher.close(), subscriber.close()])
  }
  return { server, close }
}

describe.each(CLIENT_LIBRARIES)('socket.io over $name', library => {
  it('brings every message to the other server once, in order, while all connections move', async () => {
    const nodes = await startTwoNodes()
    const [a, b] = [await startServer(library, nodes[0]), await startServer(library, nodes[0])]
    await expect.poll(() => a.server.of('/').adapter.serverCount()).toBe(2)
    const heard: number[] = []
    b.server.on('news', (round: number) => heard.push(round))
    b.server.on('question', (half: number, answer: (reply: number) => void) => answer(half * 2))
    const ask = (): Promise<unknown[]> => a.server.serverSideEmitWithAck('question', 21)
    expect(await ask()).toEqual([42])
    const rounds = await moveDuring(nodes, round => a.server.serverSideEmit('news', round))
    expect(await ask()).toEqual([42])
    expect(heard).toEqual(Array.from({ length: rounds }, (_, round) => round))
    await Promise.all([a.close(), b.close()])
  })
})
