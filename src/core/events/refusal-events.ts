import type { ReplyKind } from '../replies/reply-kind.js'

/** A server refused a command because of the state that it is in. */
export interface CommandRefused {
  /** What the first word of the answer says about the server, such as `read-only` for READONLY. */
  readonly kind: ReplyKind
  /** The name of the command. */
  readonly command: string
  /** The answer, as the host's error. */
  readonly error: unknown
  /** What follows: another connection is looked for, the same server is tried again, or the caller gets the error. */
  readonly recovery: 'handoff' | 'retry' | 'none'
}

/** What the library itself asks a server for. */
export type OwnRequest = 'CLIENT INFO' | 'CLIENT LIST' | 'CLIENT UNBLOCK' | 'CLIENT CAPA' | 'COMMAND INFO'

/** A server refuses what the library itself asks it for: a right is missing, or the server does not have it. */
export interface RequestRefused {
  /** What was asked for. */
  readonly request: OwnRequest
  /** The answer, as the host's error. */
  readonly error: unknown
}

/** Commands are sent again, with the answer to the second try for their callers. */
export interface CommandsResent {
  /** How many are told of at once: those that failed together. */
  readonly count: number
  /**
   * Why: what the server refused them with; or their connection was lost, or `unresponsive` and given up, and they only
   * read, or `retryInFlight` said so; `answered-early`: they were answered before an earlier command that was refused and is sent
   * again, so that they might have seen what that one changes too early.
   */
  readonly cause: ReplyKind | 'connection-lost' | 'unresponsive' | 'answered-early'
}
