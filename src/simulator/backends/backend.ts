import { once } from 'node:events'
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { type Clock, systemClock } from '../../base/clock.js'
import { Store } from '../store/store.js'
import { unavailable } from './ask.js'
import type { Backend } from './backend-line.js'
import { startRedisProcess } from './redis-process.js'
import { ServerLine } from './server-line.js'
import { StoreLine } from './store-line.js'

/**
 * Which data set is behind the nodes.
 *
 * - `store`: a small one that is built in, with the commands of everyday use and no scripts.
 * - `server`: a running server, at a host (`127.0.0.1` where none is given) and port or at the path of a Unix socket. Every client connection gets a connection of its own to it, so what it does is real.
 * - `spawn`: a `redis-server` process, started for the simulator and stopped with it; `command` names another binary. Without it the one on the `PATH` is found.
 */
export type BackendOptions =
  | { readonly kind: 'store' }
  | { readonly kind: 'server'; readonly host?: string; readonly port: number }
  | { readonly kind: 'server'; readonly path: string }
  | { readonly kind: 'spawn'; readonly command?: string }

const CONNECT_DEADLINE_MS = 5_000

/**
 * Starts a back end, and makes sure that it is there.
 *
 * @throws HitlessError `SIMULATOR_UNAVAILABLE` when it is not.
 */
export async function createBackend(options: BackendOptions, clock: Clock): Promise<Backend> {
  switch (options.kind) {
    case 'store':
      return createStoreBackend(clock)
    case 'server': {
      const address = 'path' in options ? { path: options.path } : { host: '127.0.0.1', ...options }
      await probe(address)
      const backend = createServerBackend('server', address, () => Promise.resolve())
      return 'path' in address ? backend : { ...backend, place: address }
    }
    case 'spawn': {
      const server = await startRedisProcess(options.command)
      return createServerBackend('spawn', { path: server.path }, server.stop)
    }
  }
}

function createStoreBackend(clock: Clock): Backend {
  const store = new Store(clock)
  return {
    kind: 'store',
    store,
    open: (sink, seat) => new StoreLine(store, sink, seat),
    dispose: () => Promise.resolve(),
  }
}

/** A running server, whether it can be reached or not. */
export function createServerBackend(
  kind: Backend['kind'],
  address: NetConnectOpts,
  stop: () => Promise<void>,
): Backend {
  const sockets = new Set<Socket>()
  return {
    kind,
    open: sink => {
      const socket = connect({ ...address, noDelay: true })
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      return new ServerLine(socket, sink)
    },
    dispose: async () => {
      await Promise.all([...sockets].map(closeSocket))
      await stop()
    },
  }
}

async function closeSocket(socket: Socket): Promise<void> {
  const closed = once(socket, 'close')
  socket.destroy()
  await closed
}

async function probe(address: NetConnectOpts): Promise<void> {
  const socket = connect(address)
  const deadline = systemClock.after(CONNECT_DEADLINE_MS, () => socket.destroy(new Error('It took too long')), true)
  try {
    await once(socket, 'connect')
  } catch (cause) {
    const place = 'path' in address ? address.path : `${address.host} port ${address.port}`
    throw unavailable(`Cannot reach a server at ${place}`, cause)
  } finally {
    deadline.dispose()
    socket.destroy()
  }
}
