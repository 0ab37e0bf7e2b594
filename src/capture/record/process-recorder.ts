import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { StreamTaps } from '../../wire/stream-tap.js'
import type { CaptureWriter } from './capture-writer.js'
import { ConnectionRecorder } from './connection-recorder.js'

/** What Node publishes each new TCP connection of the process on. */
const CHANNEL = 'net.client.socket'

/**
 * Records every TCP connection that this process opens from now on, of any client library. Nothing is in the way of those that
 * were opened before, or after the end. Connections over TLS are not recorded: what goes over their sockets cannot be read.
 *
 * @returns What ends it. The connections that were recorded go on.
 */
export function recordProcess(writer: CaptureWriter): () => void {
  const endings = new Set<() => void>()
  const onSocket = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket }
    socket.once('connect', () => {
      const end = tap(socket, writer)
      endings.add(end)
      socket.once('close', () => endings.delete(end))
    })
  }
  subscribe(CHANNEL, onSocket)
  return () => {
    unsubscribe(CHANNEL, onSocket)
    for (const end of endings) end()
  }
}

function tap(socket: Socket, writer: CaptureWriter): () => void {
  const recorder = new ConnectionRecorder(writer, `${socket.remoteAddress}:${socket.remotePort}`)
  const untap = new StreamTaps(socket).add({
    sent: bytes => recorder.data('client', Buffer.from(bytes)),
    received: bytes => recorder.data('server', Buffer.from(bytes)),
    ended: () => recorder.closed('server'),
  })
  socket.once('close', () => recorder.closed())
  return () => {
    untap()
    recorder.closed()
  }
}
