import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type Endpoint, printEndpoint } from '../../base/endpoint.js'
import { portOf } from '../../base/port-of.js'
import type { CaptureWriter } from './capture-writer.js'
import { ConnectionRecorder } from './connection-recorder.js'

/** What a proxy stands between. */
export interface RecordProxyOptions {
  /** The server. */
  readonly target: Endpoint
  /** Speaks TLS to the server; clients speak plain text to the proxy. Options of Node's `tls.connect`. Default: plain text. */
  readonly tls?: object
  /** Where clients connect. Default `127.0.0.1`. */
  readonly host?: string
  /** Default 0: any free port. */
  readonly port?: number
  readonly writer: CaptureWriter
  /** Told of each connection to the server that failed, as where nothing listens there. Default: nobody is. */
  readonly onFailure?: (error: Error) => void
}

/** A proxy that records what goes through it. */
export interface RecordProxy {
  /** Where clients connect. */
  readonly endpoint: Endpoint
  /** How many connections went through it. */
  readonly connections: number
  /** Ends all connections, and resolves once the port is free. The writer stays open. */
  close(): Promise<void>
}

/** Starts a proxy between clients of any library and a server, and records both directions. Rejects where it cannot listen. */
export async function createRecordProxy(options: RecordProxyOptions): Promise<RecordProxy> {
  const { host = '127.0.0.1', port = 0 } = options
  const open = new Set<Socket>()
  let connections = 0
  const server = createServer({ noDelay: true, allowHalfOpen: true }, client => {
    connections += 1
    for (const socket of join(client, options)) {
      open.add(socket)
      socket.once('close', () => open.delete(socket))
    }
  })
  server.listen({ host, port })
  await once(server, 'listening')
  return {
    endpoint: { host, port: portOf(server) },
    get connections() {
      return connections
    },
    close: () => {
      const closed = new Promise<void>(resolve => void server.close(() => resolve()))
      for (const socket of open) socket.destroy()
      return closed
    },
  }
}

/** Connects a client to the server. */
function join(client: Socket, { target, tls, writer, onFailure }: RecordProxyOptions): readonly Socket[] {
  const upstream =
    tls === undefined
      ? connect({ ...target, noDelay: true, allowHalfOpen: true })
      : connectTls({ ...target, ...(/[a-z]/i.test(target.host) && { servername: target.host }), ...tls })
  const recorder = new ConnectionRecorder(writer, printEndpoint(target))
  pass(client, upstream, bytes => recorder.data('client', bytes))
  pass(upstream, client, bytes => recorder.data('server', bytes))
  upstream.on('error', error => onFailure?.(error))
  client.once('end', () => recorder.closed('client'))
  upstream.once('end', () => recorder.closed('server'))
  const end = (): void => {
    recorder.closed()
    client.destroy()
    upstream.destroy()
  }
  for (const socket of [client, upstream]) {
    socket.on('error', end)
    socket.once('close', end)
  }
  return [client, upstream]
}

function pass(from: Socket, to: Socket, onData: (bytes: Buffer) => void): void {
  from.on('data', (bytes: Buffer) => {
    onData(bytes)
    if (!to.write(bytes)) from.pause()
  })
  to.on('drain', () => from.resume())
  from.once('end', () => to.end())
}
