import type { Effect } from '../../core/decide/link-state.js'
import type { Context } from '../database/context.js'
import type { Connection } from './connection.js'

/** The link that something is recorded of. */
export interface RecordedLink {
  readonly context: Context
  readonly dispatcher: { readonly waiting: number }
}

/** Who is told of connections and decisions while they are recorded. Must not throw. */
export interface LinkRecorder {
  /** A connection was made, and is about to be dialled. */
  made(connection: Connection, context: Context): void
  /** A connection is over: the client ended it, or the other side did. */
  ended(connection: Connection, by: 'client' | 'server'): void
  /** A decision is about to be performed. */
  performs(effect: Effect, link: RecordedLink): void
}

/** The recorders of this process. Most of the time there are none. */
export const recorders: Set<LinkRecorder> = new Set()
