import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../../src/base/clock.js'
import { watchLeaks } from '../../../src/testing/leak-watch.js'

async function listen(): Promise<{ server: Server; port: number }> {
  const server = createServer(socket => socket.resume())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 }
}

it('names a server and both ends of a connection that were left open', async () => {
  const watch = watchLeaks()
  const { server, port } = await listen()
  const accepted = once(server, 'connection')
  const socket = connect(port, '127.0.0.1')
  await Promise.all([accepted, once(socket, 'connect')])
  const left = await watch.left()
  socket.destroy()
  server.close()
  expect(left).toHaveLength(3)
  expect(left.filter(kind => kind.startsWith('Server'))).toEqual([expect.stringContaining(`port ${port}`)])
  expect(left.filter(kind => kind.startsWith('Socket') && kind.includes(String(port)))).toHaveLength(2)
})

it('waits for what is about to close', async () => {
  const watch = watchLeaks()
  const { server, port } = await listen()
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.end()
  server.close()
  expect(await watch.left()).toEqual([])
})

it('names the place where a timer was started, even of one that does not hold the process', async () => {
  const watch = watchLeaks()
  const timer = systemClock.after(60_000, () => {})
  const left = await watch.left()
  timer.dispose()
  expect(left).toEqual([expect.stringMatching(/^timer started at .*src\/base\/clock\.ts.*leak-watch\.test\.ts/)])
  expect(await watch.left()).toEqual([])
})

it('waits for timers that are due at once, which libraries use to be called back later', async () => {
  const watch = watchLeaks()
  const called: string[] = []
  systemClock.after(0, () => {
    called.push('first')
    systemClock.after(0, () => called.push('second'))
  })
  expect(await watch.left()).toEqual([])
  expect(called).toEqual(['first', 'second'])
})

it('names a listener of the process', async () => {
  const watch = watchLeaks()
  const listener = (): void => {}
  process.on('beforeExit', listener)
  onTestFinished(() => {
    process.off('beforeExit', listener)
  })
  expect(await watch.left()).toEqual(['listener of process for beforeExit'])
})

it('says nothing about what was there before', async () => {
  const { server } = await listen()
  const timer = systemClock.after(60_000, () => {})
  const left = await watchLeaks().left()
  timer.dispose()
  server.close()
  expect(left).toEqual([])
})
