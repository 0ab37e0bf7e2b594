import type { Context } from '../database/context.js'
import type { Connection } from '../session/connection.js'
import { askServerFacts } from './named-primary.js'
import { askInHandshake, type OptIn } from './notification-opt-in.js'
import { noteRefusal } from './refusal.js'

/** What a new connection is asked, and by whom. */
export interface GreetingTerms {
  readonly context: Context
  readonly optIn: OptIn | undefined
  /** Whether none serves while it is made. */
  readonly isFirst: boolean
}

/** The socket of a connection is there: what is asked now travels in the same write as the handshake. */
export function greet(connection: Connection, { context, optIn, isFirst }: GreetingTerms): void {
  askServerFacts(connection, context)
  if (optIn !== undefined) connection.capability = askInHandshake(connection, optIn)
  if (isFirst) {
    connection.firstAnswer = connection.physical.sendInHandshake(['PING'])
    // Nobody asks for it where the handshake fails.
    connection.firstAnswer.catch(() => {})
  }
  askIdentity(connection, context)
}

/** Once the connection is in doubt it is too late to ask. */
function askIdentity(connection: Connection, context: Context): void {
  const { maint, database, hooks, clock } = context
  const rights = database.rightsOf(hooks)
  if (maint.unresponsiveTimeoutMs === false || rights.isRefused('CLIENT INFO', clock.now())) return
  connection.physical.sendInHandshake(['CLIENT', 'INFO']).then(
    line => {
      connection.noteIdentity(line)
      rights.grant('CLIENT INFO')
    },
    error => noteRefusal('CLIENT INFO', { error, connection, context }),
  )
}
