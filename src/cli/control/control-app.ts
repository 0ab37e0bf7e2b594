import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { bodyLimit } from 'hono/body-limit'
import { Hono } from 'hono/tiny'
import { textOf } from '../program/error-text.js'
import { ControlError } from './control-error.js'
import type { FaultInjector } from './fault-injector.js'
import { addInjectorRoutes } from './injector-routes.js'
import { printMetrics } from './print-metrics.js'
import type { ProxyNodes } from './proxy-nodes.js'
import { addProxyRoutes } from './proxy-routes.js'
import type { Asked } from './request-body.js'
import { sendEvents } from './send-events.js'
import type { SimulatedDatabases } from './simulated-databases.js'

/** What requests are answered with. */
export interface ControlParts {
  readonly databases: SimulatedDatabases
  readonly injector: FaultInjector
  readonly proxies: ProxyNodes
  /** The scenarios that there are. */
  readonly scenarios: () => Promise<readonly object[]>
}

/** The largest body that is taken, in bytes. */
const MAX_BODY_BYTES = 1_048_576

/** All that is asked for by HTTP. */
export function createControlApp({ databases, injector, proxies, scenarios }: ControlParts): Hono {
  const app = new Hono({ strict: false })
  app.onError(answerError)
  app.notFound(c => answerError(new ControlError(404, 'NO_SUCH_PATH', 'There is no such path'), c))
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError: refuseBody }))
  addInjectorRoutes(app, injector)
  addProxyRoutes(app, proxies)
  // What suites read to find their databases.
  app.get('/endpoints', c =>
    c.json(Object.fromEntries(databases.all().map(database => [database.name, database.describe()]))),
  )
  app.get('/scenarios', async c => c.json({ scenarios: await scenarios() }))
  app.get('/metrics', c =>
    c.body(printMetrics(databases, injector), 200, { 'content-type': 'text/plain; version=0.0.4' }),
  )
  app.get('/events', c => {
    sendEvents(databases, socketsOf(c).outgoing)
    return RESPONSE_ALREADY_SENT
  })
  return app
}

function refuseBody(): never {
  throw new ControlError(413, 'BODY_TOO_LARGE', `A body has at most ${MAX_BODY_BYTES} bytes`)
}

function answerError(error: Error, c: Asked): Response {
  const { status, code } = error instanceof ControlError ? error : { status: 500 as const, code: 'INTERNAL' }
  // What is left of a body that nobody reads must not be taken for the next request.
  if (!socketsOf(c).incoming.complete) c.header('connection', 'close')
  return c.json({ error: { code, message: textOf(error) } }, status)
}

/** The request and the response of Node, which the adapter puts there. */
function socketsOf({ env }: Asked): HttpBindings {
  return env as HttpBindings
}
