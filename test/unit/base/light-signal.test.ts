import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LightSignal } from '../../../src/base/light-signal.js'

describe('the signal of sockets', () => {
  let server: Server
  let port: number

  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    port = typeof address === 'object' && address !== null ? address.port : 0
  })
  afterEach(() => server.close())

  // Node's types ask for all of an AbortSignal.
  const dial = (signal: LightSignal): Socket => connect({ port, host: '127.0.0.1', signal: signal as never })

  it('ends a socket that is being dialled', async () => {
    const signal = new LightSignal()
    const socket = dial(signal)
    const failed = once(socket, 'error')
    signal.abort()
    expect(await failed).toEqual([expect.objectContaining({ name: 'AbortError' })])
    expect(socket.destroyed).toBe(true)
  })

  it('ends a socket that is connected', async () => {
    const signal = new LightSignal()
    const socket = dial(signal)
    await once(socket, 'connect')
    const failed = once(socket, 'error')
    signal.abort()
    await failed
    expect(socket.destroyed).toBe(true)
  })
})
