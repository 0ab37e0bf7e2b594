import { HitlessError } from '../../base/errors.js'
import { classifyReply } from '../../core/replies/reply-kind.js'
import { type Replication, readReplication } from '../../core/sentinel/replication.js'
import { UNBOUNDED } from '../ports.js'
import type { Connection } from '../session/connection.js'
import { isNotServing } from './notification-opt-in.js'

/** The connection to ask, and where it leads. */
type Asked = Pick<Connection, 'send' | 'reached'>

const INFO = ['INFO', 'replication'] as const

/** Answers of servers that do not know a command, or do not allow it to this user. */
const REFUSED = /^(?:NOPERM|ERR)\b/

/**
 * Resolves where a connection leads to a primary, or to a server that does not say its role. The question is ROLE, or
 * INFO where ROLE is refused, as by some proxies and access rules.
 *
 * @throws HitlessError `NOT_PRIMARY` where the server is a replica or a sentinel. Otherwise the server's own error where it is
 * not able to answer, and the host's where the connection breaks.
 */
export async function assertPrimary(connection: Asked): Promise<void> {
  const role = (await askRole(connection)) ?? (await askInfo(connection))
  if (role === undefined || role === 'master' || role === 'primary') return
  const facts = { role, endpoint: connection.reached }
  throw new HitlessError('NOT_PRIMARY', `The server is no primary: its role is ${role}`, { retryable: true, facts })
}

async function askRole(connection: Asked): Promise<string | undefined> {
  const reply = await ask(connection, ['ROLE'])
  return Array.isArray(reply) && reply.length > 0 ? String(reply[0]) : undefined
}

/** Resolves with what a server says of its part in the replication, `undefined` where it does not say it. */
export async function askReplication(connection: Asked): Promise<Replication | undefined> {
  return readReplication(await ask(connection, INFO))
}

async function askInfo(connection: Asked): Promise<string | undefined> {
  const reply = await ask(connection, INFO)
  return /^role:(\w+)/m.exec(String(reply))?.[1]
}

/** Resolves with `undefined` where the question is refused. */
async function ask(connection: Asked, question: readonly string[]): Promise<unknown> {
  try {
    return await connection.send(question, UNBOUNDED)
  } catch (error) {
    if (isRefused(error)) return undefined
    throw error
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && classifyReply(error) === undefined && REFUSED.test(error.message)
}

/** A server that shakes hands may still load its data. Then the connection that serves is the better one. */
export async function assertServing(connection: Connection): Promise<void> {
  try {
    await connection.ping()
  } catch (error) {
    // Any other refusal, such as from an ACL without PING, comes from a server that serves.
    if (isNotServing(error) || !connection.isReady) throw error
  }
}
