import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '../../src/simulator/index.js'

const MEBIBYTE = 1_048_576

let simulator: Simulator
beforeEach(async () => {
  simulator = await createSimulator()
})
afterEach(() => simulator.dispose())

async function join(): Promise<Socket> {
  const socket = connect(simulator.node.endpoint.port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

async function answerTo(request: string): Promise<string> {
  const socket = await join()
  socket.write(request)
  const [answer] = await once(socket, 'data')
  socket.destroy()
  return String(answer)
}

it.each([
  ['binary junk', '*\u0000\u00ff\r\n'],
  ['a count that is none', '*1000000000\r\n'],
  ['a length that is none', '*1\r\n$-7\r\n'],
  ['a word of the wrong type', '*1\r\n:1\r\n'],
  ['a line without end', 'x'.repeat(70_000)],
])('answers %s with an error, and serves others', async (_, request) => {
  expect(await answerTo(request)).toMatch(/^-ERR Protocol error/)
  expect(await answerTo('PING\r\n')).toBe('+PONG\r\n')
})

it('executes nothing further for a client that leaves its replies unread, and goes on where it reads again', async () => {
  const socket = await join()
  const value = 'x'.repeat(MEBIBYTE)
  socket.pause()
  socket.write(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${MEBIBYTE}\r\n${value}\r\n`)
  // Hundreds of megabytes, asked for with a few kilobytes.
  const asked = 300
  socket.write(`${'GET k\r\n'.repeat(asked)}SET done yes\r\n`)
  expect(await answerTo('GET done\r\n')).toBe('$-1\r\n')
  let bytes = 0
  socket.on('data', chunk => {
    bytes += chunk.length
  })
  socket.resume()
  while (bytes < asked * MEBIBYTE) await once(socket, 'data')
  await expect.poll(() => answerTo('GET done\r\n')).toBe('$3\r\nyes\r\n')
  socket.destroy()
})

it('keeps half a request to itself, and forgets it when its connection ends', async () => {
  const socket = await join()
  socket.write('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$100\r\nhalf')
  expect(await answerTo('GET k\r\n')).toBe('$-1\r\n')
  const ended = once(socket, 'close')
  socket.end()
  socket.resume()
  await ended
  await expect.poll(() => simulator.node.connections().length).toBe(0)
})
