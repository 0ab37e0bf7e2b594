import type { OwnRequest } from '../../core/events/refusal-events.js'
import type { Context } from '../database/context.js'
import type { Connection } from '../session/connection.js'
import { askInHandshake, type OptIn } from './notification-opt-in.js'
import { noteRefusal } from './refusal.js'

/** What a new connection is asked, and by whom. */
export interface GreetingTerms {
  readonly context: Context
  readonly optIn: OptIn | undefined
  /** Whether none serves while it is made. */
  readonly isFirst: boolean
}

/** No server has a connection of this number. */
const NOBODY = String(Number.MAX_SAFE_INTEGER)

/** Requests that do nothing where they are granted. */
const TRIALS: readonly (readonly [OwnRequest, readonly string[]])[] = [
  ['CLIENT LIST', ['CLIENT', 'LIST', 'ID', NOBODY]],
  ['CLIENT UNBLOCK', ['CLIENT', 'UNBLOCK', NOBODY]],
]

/** The socket of a connection is there: what is asked now travels in the same write as the handshake. */
export function greet(connection: Connection, { context, optIn, isFirst }: GreetingTerms): void {
  if (optIn !== undefined) connection.capability = askInHandshake(connection, optIn)
  if (isFirst) {
    connection.firstAnswer = connection.physical.sendInHandshake(['PING'])
    // Nobody asks for it where the handshake fails.
    connection.firstAnswer.catch(() => {})
  }
  askIdentity(connection, context)
  askRights(connection, context)
}

/** Once the connection is in doubt it is too late to ask. */
function askIdentity(connection: Connection, context: Context): void {
  const { maint, database, hooks, clock } = context
  const rights = database.rightsOf(hooks)
  const now = clock.now()
  const isNeeded = maint.unresponsiveTimeoutMs !== false || rights.isOpen('CLIENT INFO', now)
  if (!isNeeded || rights.isRefused('CLIENT INFO', now)) return
  const asked = connection.physical.sendInHandshake(['CLIENT', 'INFO']).then(
    line => {
      connection.noteIdentity(line)
      rights.grant('CLIENT INFO')
    },
    error => noteRefusal('CLIENT INFO', { error, connection, context }),
  )
  if (rights.mayRelease === undefined) connection.told = asked
}

/** The first connections find out whether blocking commands can be released: it has to be known before one is sent. */
function askRights(connection: Connection, context: Context): void {
  const { database, hooks, clock } = context
  const rights = database.rightsOf(hooks)
  for (const [request, words] of TRIALS) {
    if (!rights.isOpen(request, clock.now())) continue
    const asked = connection.physical.sendInHandshake(words).then(
      () => rights.grant(request),
      error => noteRefusal(request, { error, connection, context }),
    )
    connection.told = Promise.all([connection.told, asked])
  }
}
