import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LightSignal } from '../../../src/base/light-signal.js'
import { type AcceptingServer, startAcceptingServer } from '../../support/accepting-server.js'

describe('the signal of sockets', () => {
  let server: AcceptingServer

  beforeEach(async () => {
    server = await startAcceptingServer()
  })
  afterEach(() => server.close())

  // Node's types ask for all of an AbortSignal.
  const dial = (signal: LightSignal): Socket =>
    connect({ port: server.port, host: '127.0.0.1', signal: signal as never })

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
