import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Clock } from '../../base/clock.js'
import type { Endpoint } from '../../base/endpoint.js'
import { portOf } from '../../base/port-of.js'
import type { BackendOptions } from '../../simulator/index.js'
import { textOf } from '../program/error-text.js'
import { ControlError } from './control-error.js'
import { createRoutes, type Handler } from './control-routes.js'
import { FaultInjector } from './fault-injector.js'
import type { SimulatedDatabase } from './simulated-database.js'
import { SimulatedDatabases } from './simulated-databases.js'

/** How the simulator is controlled. */
export interface ControlOptions {
  /** Where requests come to. */
  readonly listen: Endpoint
  readonly backend: BackendOptions
  /** The port of the first database; 0 for any. */
  readonly port: number
  readonly scenarios: () => Promise<readonly object[]>
  /** Default the process's own. */
  readonly clock?: Clock
}

/** A simulator that is controlled by HTTP. */
export interface ControlServer {
  readonly endpoint: Endpoint
  /** The database that is there from the start. */
  readonly database: SimulatedDatabase
  close(): Promise<void>
}

/** Clients that keep connections for later find them closed by Node's own default of five seconds. */
const KEEP_ALIVE_MS = 600_000
/** How long the head of a request may take, and all of it, in milliseconds. */
const HEAD_MS = 10_000
const REQUEST_MS = 30_000
const MOST_CONNECTIONS = 1_000

/**
 * Starts a database named `standalone`, and the HTTP interface by which there can be more.
 *
 * @throws HitlessError `SIMULATOR_UNAVAILABLE`; Error where it cannot listen.
 */
export async function startControl({
  listen,
  backend,
  port,
  scenarios,
  clock,
}: ControlOptions): Promise<ControlServer> {
  const databases = new SimulatedDatabases(backend)
  const database = await databases.create('standalone', port)
  const injector = new FaultInjector(databases, database, clock)
  const routes = createRoutes({ databases, injector, scenarios })
  const times = { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: HEAD_MS, requestTimeout: REQUEST_MS }
  const server = createServer(times, (request, response) => void answer(routes, request, response))
  server.maxConnections = MOST_CONNECTIONS
  try {
    server.listen(listen.port, listen.host)
    await once(server, 'listening')
  } catch (error) {
    await databases.deleteAll()
    throw error
  }
  return {
    endpoint: { host: listen.host, port: portOf(server) },
    database,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
      await databases.deleteAll()
    },
  }
}

async function answer(
  routes: ReadonlyMap<string, Handler>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { pathname, searchParams: query } = urlOf(request)
    const { handler, rest } = findRoute(routes, `${request.method} ${pathname}`)
    const result = await handler({ request, response, query, rest })
    if (typeof result === 'string') send(response, { status: 200, type: 'text/plain; version=0.0.4', text: result })
    else if (result !== undefined) sendJson(response, 200, result)
  } catch (error) {
    const { status, code } = error instanceof ControlError ? error : { status: 500, code: 'INTERNAL' }
    // What is left of a body that nobody reads must not be taken for the next request.
    if (!request.complete) response.setHeader('connection', 'close')
    sendJson(response, status, { error: { code, message: textOf(error) } })
  }
}

function urlOf({ url = '/' }: IncomingMessage): URL {
  try {
    return new URL(url, 'http://localhost')
  } catch {
    throw new ControlError(400, 'NO_SUCH_PATH', 'The path makes no sense')
  }
}

function findRoute(routes: ReadonlyMap<string, Handler>, place: string): { handler: Handler; rest: string } {
  const path = place.length > 1 ? place.replace(/\/$/, '') : place
  const exact = routes.get(path)
  if (exact !== undefined) return { handler: exact, rest: '' }
  const [, head = '', rest = ''] = /^(.*)\/([^/]+)$/.exec(path) ?? []
  const handler = routes.get(`${head}/*`)
  if (handler === undefined) throw new ControlError(404, 'NO_SUCH_PATH', 'There is no such path')
  return { handler, rest }
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  send(response, { status, type: 'application/json', text: JSON.stringify(value) })
}

function send(
  response: ServerResponse,
  { status, type, text }: { readonly status: number; readonly type: string; readonly text: string },
): void {
  if (response.headersSent) return
  // With its length, so that it is one write.
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) })
  response.end(text)
}
