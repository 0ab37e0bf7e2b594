import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
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

/** What a stream is told of when bytes arrive, and what its owner calls to send some. */
type Tapped = Socket & {
  push(chunk: unknown, encoding?: BufferEncoding): boolean
  write(chunk: unknown, ...rest: readonly unknown[]): boolean
}

function tap(socket: Socket, writer: CaptureWriter): () => void {
  const tapped = socket as Tapped
  const recorder = new ConnectionRecorder(writer, `${socket.remoteAddress}:${socket.remotePort}`)
  const { push, write } = tapped
  tapped.push = (chunk, encoding) => {
    if (chunk instanceof Uint8Array) recorder.data('server', Buffer.from(chunk))
    else if (chunk === null) recorder.closed('server')
    return push.call(socket, chunk, encoding)
  }
  tapped.write = (chunk, ...rest) => {
    const [encoding] = rest
    const bytes =
      typeof chunk === 'string'
        ? Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
        : chunk
    if (bytes instanceof Uint8Array) recorder.data('client', Buffer.from(bytes))
    return write.call(socket, chunk, ...rest)
  }
  socket.once('close', () => recorder.closed())
  return () => {
    tapped.push = push
    tapped.write = write
    recorder.closed()
  }
}
