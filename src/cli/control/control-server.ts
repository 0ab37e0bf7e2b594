import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono/tiny'
import type { Clock } from '../../base/clock.js'
import type { Endpoint } from '../../base/endpoint.js'
import { portOf } from '../../base/port-of.js'
import type { BackendOptions } from '../../simulator/index.js'
import { createControlApp } from './control-app.js'
import { FaultInjector } from './fault-injector.js'
import { isLoopback, ProxyNodes } from './proxy-nodes.js'
import type { SimulatedDatabase } from './simulated-database.js'
import { SimulatedDatabases } from './simulated-databases.js'

declare global {
  /** The types of the HTTP framework name it, and Node's own lack it. */
  type RequestInfo = string | URL | Request
}

/** How the simulator is controlled. */
export interface ControlOptions {
  /** Where requests come to. */
  readonly listen: Endpoint
  readonly backend: BackendOptions
  /** The port of the first database; 0 for any. */
  readonly port: number
  /** The ports of the first proxies, in front of the server or of the first database. Default none. */
  readonly proxyPorts?: readonly number[]
  /** The host that proxies announce. Default `127.0.0.1`. */
  readonly announced?: string
  readonly scenarios: () => Promise<readonly object[]>
  /** Default the process's own. */
  readonly clock?: Clock
}

/** A simulator that is controlled by HTTP. */
export interface ControlServer {
  readonly endpoint: Endpoint
  /** The database that is there from the start. */
  readonly database: SimulatedDatabase
  readonly proxies: ProxyNodes
  close(): Promise<void>
}

/** Clients that keep connections for later find them closed by Node's own default of five seconds. */
const KEEP_ALIVE_MS = 600_000
/** How long the head of a request may take, and all of it, in milliseconds. */
const HEAD_MS = 10_000
const REQUEST_MS = 30_000
const MOST_CONNECTIONS = 256

/**
 * Starts a database named `standalone`, and the HTTP interface by which there can be more.
 *
 * @throws HitlessError `SIMULATOR_UNAVAILABLE`; Error where it cannot listen.
 */
export async function startControl(options: ControlOptions): Promise<ControlServer> {
  const { listen, backend, port, scenarios, clock } = options
  const databases = new SimulatedDatabases(backend)
  const proxies = new ProxyNodes(!isLoopback(listen.host))
  const clear = async (): Promise<void> => {
    await proxies.dispose()
    await databases.deleteAll()
  }
  try {
    const database = await databases.create({ name: 'standalone', port, shards: 0 })
    await addProxies(proxies, database, options)
    const injector = new FaultInjector(databases, database, clock)
    const server = await serve(createControlApp({ databases, injector, proxies, scenarios }), listen)
    const close = async (): Promise<void> => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
      await clear()
    }
    return { endpoint: { host: listen.host, port: portOf(server) }, database, proxies, close }
  } catch (error) {
    await clear()
    throw error
  }
}

/** A request as the process knows them: what bounds a body makes another of it. */
function toRequest({ url, method, headers, body, signal }: Request): Request {
  return new Request(url, { method, headers, body, signal, duplex: 'half' })
}

async function serve(app: Hono, { port, host }: Endpoint): Promise<Server> {
  const times = { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: HEAD_MS, requestTimeout: REQUEST_MS }
  // Clients that are refused while they still send are cut off.
  const options = { autoCleanupIncoming: false, overrideGlobalObjects: false }
  const listener = getRequestListener((request, env) => app.fetch(toRequest(request), env), options)
  const server = createServer(times, (request, response) => void listener(request, response))
  server.maxConnections = MOST_CONNECTIONS
  server.on('clientError', refuseBytes)
  server.listen(port, host)
  await once(server, 'listening')
  return server
}

/** Answers what is no request at all as other mistakes are answered, and hangs up. */
function refuseBytes({ message }: Error, socket: Duplex): void {
  const body = JSON.stringify({ error: { code: 'NO_REQUEST', message } })
  const head = `HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}`
  if (socket.writable) socket.end(`${head}\r\nconnection: close\r\n\r\n${body}`)
  else socket.destroy()
}

async function addProxies(proxies: ProxyNodes, database: SimulatedDatabase, options: ControlOptions): Promise<void> {
  const { backend, proxyPorts = [], announced = '127.0.0.1' } = options
  const server = 'port' in backend ? { host: '127.0.0.1', ...backend } : database.simulator.node.endpoint
  const target = { host: server.host, port: server.port }
  for (const port of proxyPorts) await proxies.add({ port, announced, target, idleMs: 0 })
}
