import type { OwnRequest } from '../../core/events/refusal-events.js'
import type { Context } from '../database/context.js'
import type { Host } from '../ports.js'
import type { Connection } from '../session/connection.js'

/** Where something was refused. */
export interface RefusalFacts {
  readonly error: unknown
  readonly connection: Connection
  readonly context: RefusalContext
}

/** What is needed to note that. */
export interface RefusalContext extends Pick<Context, 'clock' | 'hooks' | 'tell'> {
  readonly host: Pick<Host, 'classify'>
  readonly database: Pick<Context['database'], 'rightsOf'>
}

/** Answers that speak of the state of a server or of a connection, not of what was asked. */
const PASSING =
  /^(?:LOADING|MASTERDOWN|CLUSTERDOWN|BUSY|READONLY|NOAUTH|WRONGPASS|TRYAGAIN|ERR max number of clients)\b/

/** Whether a server answered that it does not do what it was asked: a right is missing, or it does not know the request. */
function isRefusal(error: unknown, host: Pick<Host, 'classify'>): boolean {
  return host.classify(error) === 'reply' && error instanceof Error && !PASSING.test(error.message)
}

/** Notes that a server refused what the library itself asked it for. Returns whether it did. */
export function noteRefusal(request: OwnRequest, { error, connection, context }: RefusalFacts): boolean {
  const { host, clock, hooks, tell, database } = context
  if (!isRefusal(error, host)) return false
  database.rightsOf(hooks).refuse(request, { error, now: clock.now(), tell, connection })
  return true
}
