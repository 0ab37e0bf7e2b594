import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OwnSocket } from '../../../../src/engine/session/own-socket.js'
import { type AcceptingServer, startAcceptingServer } from '../../../support/accepting-server.js'

describe('the socket of a connection', () => {
  let server: AcceptingServer

  beforeEach(async () => {
    server = await startAcceptingServer()
  })
  afterEach(() => server.close())

  const ended = new Error('Ended')
  const dial = ({ signal }: OwnSocket): Socket =>
    // Node's types ask for all of an AbortSignal.
    connect({ port: server.port, host: '127.0.0.1', ...(signal && { signal: signal as never }) })

  it('needs a signal until Node has told of a socket, and none from then on', async () => {
    // A copy of its own: tests before this one in the process have made sockets.
    const fresh = '../../../../src/engine/session/own-socket.js?fresh'
    const { OwnSocket: Fresh } = (await import(fresh)) as { readonly OwnSocket: typeof OwnSocket }
    const [first, second] = [new Fresh(false), new Fresh(false)]
    first.make(() => dial(first)).destroy()
    const third = new Fresh(false)
    expect([first, second, third].map(({ signal }) => signal !== undefined)).toEqual([true, true, false])
  })

  it('has a signal under TLS, whose sockets Node does not tell of', async () => {
    const own = new OwnSocket(true)
    const socket = own.make(() => dial(own))
    const failed = once(socket, 'error')
    own.end(() => ended)
    expect(await failed).toEqual([expect.objectContaining({ name: 'AbortError' })])
  })

  it('is ended while it is dialled', async () => {
    const own = new OwnSocket(false)
    const socket = own.make(() => dial(own))
    const failed = once(socket, 'error')
    own.end(() => ended)
    expect(await failed).toEqual([ended])
    expect(socket.destroyed).toBe(true)
  })

  it('is ended once it is connected, and makes no error where it has ended by itself', async () => {
    const own = new OwnSocket(false)
    const socket = own.make(() => dial(own))
    await once(socket, 'connect')
    socket.destroy()
    own.end(() => expect.fail('Nothing is ended'))
    expect(socket.destroyed).toBe(true)
  })

  it('ends without an error where Node has refused to dial it', async () => {
    const told: Socket[] = []
    const note = (message: unknown): void => void told.push((message as { readonly socket: Socket }).socket)
    subscribe('net.client.socket', note)
    const own = new OwnSocket(false)
    const dialled = own.make(async () => connect({ port: 99_999, host: '127.0.0.1' }))
    unsubscribe('net.client.socket', note)
    await expect(dialled).rejects.toMatchObject({ code: 'ERR_SOCKET_BAD_PORT' })
    // Not `once`, which listens to errors as well.
    const closed = told.map(socket => new Promise(resolve => socket.once('close', resolve)))
    own.end(() => ended)
    expect(await Promise.all(closed)).toEqual([false])
  })

  it('is the one that was made first: a lookup may make others', async () => {
    const own = new OwnSocket(false)
    const [socket, other] = own.make(() => [dial(own), dial(own)])
    const failed = once(socket, 'error')
    own.end(() => ended)
    await failed
    expect(other.destroyed).toBe(false)
    other.destroy()
  })
})
