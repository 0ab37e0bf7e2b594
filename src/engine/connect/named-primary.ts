import type { Context } from '../database/context.js'
import { UNBOUNDED } from '../ports.js'
import type { Connection } from '../session/connection.js'
import { readServerFacts, type ServerFacts } from '../session/server-facts.js'
import { noteRefusal } from './refusal.js'

/** What it takes to ask. */
type Asking = Pick<Context, 'maint' | 'database' | 'hooks' | 'clock' | 'host' | 'tell'>

/** How long servers that are none that can name the primary are not asked which they are, in milliseconds. */
const ASKED_AGAIN_MS = 600_000

const WISH = ['CLIENT', 'CAPA', 'redirect'] as const

/**
 * Asks, in the write of the handshake, which server it is: Valkey, where it stands alone, can be asked to name the primary
 * when it refuses a command as a replica. Where it is none, those of the database are not asked again for a while.
 */
export function askServerFacts(connection: Connection, context: Asking): void {
  const { maint, database, hooks, clock } = context
  // In a dry run nothing may change, and where refusals are only reported, a read that a replica answers is better.
  if (maint.dryRun || maint.readOnlyRecovery === 'report') return
  if (clock.now() - database.namesNoPrimaryAt < ASKED_AGAIN_MS) return
  if (database.rightsOf(hooks).isRefused('CLIENT CAPA', clock.now())) return
  const rest = (): undefined => {
    database.namesNoPrimaryAt = clock.now()
    connection.server = undefined
  }
  connection.server = connection.physical.sendInHandshake(['HELLO']).then(
    reply => {
      const facts = readServerFacts(reply)
      return facts?.server === 'valkey' && facts.mode === 'standalone' ? facts : rest()
    },
    // An old server, or a rule against it. One that is lost or not ready said nothing.
    error => (context.host.classify(error) === 'reply' ? rest() : undefined),
  )
}

/**
 * Asks a server that can to name the primary when it is a replica and refuses a command. Nothing waits for the answers.
 *
 * Such a server refuses reads as well. Where it is a replica already, reads are meant for it, and it is to answer them; and so
 * it is where the options do not let all that is refused be sent again.
 */
export async function askToNamePrimary(connection: Connection, context: Asking): Promise<void> {
  const server = await connection.server
  if (server === undefined) return
  connection
    .send(WISH, UNBOUNDED)
    .catch(error => connection.isReady && noteRefusal('CLIENT CAPA', { error, connection, context }))
  if (isReplica(server) || context.maint.readOnlyRecovery !== 'replay') askToAnswerReads(connection)
}

/** Has a replica that names the primary answer reads all the same, as it does without being asked to name it. */
export function askToAnswerReads(connection: Connection): void {
  connection.send(['READONLY'], UNBOUNDED).catch(() => {})
}

function isReplica({ role }: ServerFacts): boolean {
  return role !== 'master' && role !== 'primary'
}
