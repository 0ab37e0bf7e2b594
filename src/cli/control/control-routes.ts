import type { IncomingMessage, ServerResponse } from 'node:http'
import { invalid } from './control-error.js'
import { readBody, readFields } from './control-request.js'
import type { FaultInjector } from './fault-injector.js'
import { printMetrics } from './print-metrics.js'
import { sendEvents } from './send-events.js'
import type { SimulatedDatabases } from './simulated-databases.js'
import { describeTriggers } from './triggers.js'

/** What requests are answered with. */
export interface ControlParts {
  readonly databases: SimulatedDatabases
  readonly injector: FaultInjector
  /** The scenarios that there are. */
  readonly scenarios: () => Promise<readonly object[]>
}

/** A request, with where it goes. */
export interface Asked {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly query: URLSearchParams
  /** What stands in the path behind that of the route. */
  readonly rest: string
}

/** Answers with the result as JSON, with a text as it is, and with nothing where the handler answers itself. */
export type Handler = (asked: Asked) => object | string | undefined | Promise<object | string | undefined>

/** All routes, by method and path; `/*` stands for one more part. */
export function createRoutes({ databases, injector, scenarios }: ControlParts): ReadonlyMap<string, Handler> {
  const { actions } = injector
  return new Map<string, Handler>([
    ['POST /action', async ({ request }) => ({ action_id: injector.start(await readFields(request)) })],
    ['GET /action', () => ({ actions: actions.list() })],
    ['GET /actions', () => ({ actions: actions.list() })],
    ['GET /action/*', ({ rest }) => actions.report(rest)],
    ['GET /slot-migrate', ({ query }) => describeTriggers(effectIn(query), 'slots')],
    ['GET /topology-change-standalone', ({ query }) => describeTriggers(effectIn(query), 'standalone')],
    [
      'POST /rladmin',
      async ({ request }) => {
        const parameters = { rladmin_command: (await readBody(request)).slice(0, 1_024) }
        return { action_id: injector.start({ type: 'execute_rladmin_command', parameters }) }
      },
    ],
    // What suites read to find their databases.
    ['GET /endpoints', () => Object.fromEntries(databases.all().map(database => [database.name, database.describe()]))],
    ['GET /scenarios', async () => ({ scenarios: await scenarios() })],
    ['GET /metrics', () => printMetrics(databases, injector)],
    ['GET /events', ({ response }) => sendEvents(databases, response)],
  ])
}

function effectIn(query: URLSearchParams): string {
  const effect = query.get('effect') ?? ''
  if (!/^[a-z_-]{1,40}$/.test(effect)) throw invalid('effect must be the name of an effect')
  return effect
}
