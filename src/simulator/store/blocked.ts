import type { Keyspace } from './keyspace.js'
import type { Reply } from './reply.js'

/** A command that waits for one of its keys. */
export interface Blocked {
  readonly keyspace: Keyspace
  readonly names: readonly string[]
  /** Gives up after this long, in milliseconds; 0 never. */
  readonly timeoutMs: number
  /** Tries again; `undefined` when there is nothing yet. */
  readonly attempt: () => Reply | undefined
}
