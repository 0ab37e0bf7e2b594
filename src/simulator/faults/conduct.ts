import type { Endpoint } from '../../base/endpoint.js'
import type { Slowness } from '../sessions/drip.js'

/** The credentials that a node asks its clients for. */
export interface Credentials {
  /** Default `default`. */
  readonly username?: string
  readonly password: string
}

/**
 * How a node answers `CLIENT MAINT_NOTIFICATIONS`.
 *
 * - `ok`: accepts it from RESP3 connections.
 * - `unknown-subcommand`: refuses it as a server that does not know it.
 * - `silent`: answers nothing any more on that connection.
 * - an object: answers the error text in it.
 */
export type MaintSupport = 'ok' | 'unknown-subcommand' | 'silent' | { readonly error: string }

/**
 * When a node ends connections: `at-once` on accepting them, `after-first-command` instead of the first reply.
 */
export type HangUp = 'never' | 'at-once' | 'after-first-command'

/**
 * Which commands are answered with `-LOADING`: none, all of them, or, as Redis itself does, all but those that serve the
 * connection (`HELLO`, `AUTH`, `CLIENT`, `SELECT`, …).
 */
export type Loading = 'none' | 'all' | 'data'

/** Which commands wait: those that may write, or all. */
export type PausedCommands = 'writes' | 'all'

/** How a node treats its connections now. The verbs of the node change it; it is read for every command. */
export interface Conduct {
  handshakeDelayMs: number
  hangUp: HangUp
  silent: boolean
  loading: Loading
  readonly: boolean
  lacksReplicas: boolean
  /** Which commands wait; `undefined` for none. */
  paused: PausedCommands | undefined
  /** How slowly it answers; `undefined` for as fast as it can. */
  slowness: Slowness | undefined
  maintSupport: MaintSupport
  credentials: Credentials | undefined
  /** What the node says that it is. */
  server: 'redis' | 'valkey'
  /** The primary that the node is a replica of; `undefined` for a primary. */
  follows: (() => Endpoint) | undefined
}

/** The conduct of a healthy node. */
export function createConduct(credentials: Credentials | undefined): Conduct {
  return {
    handshakeDelayMs: 0,
    hangUp: 'never',
    silent: false,
    loading: 'none',
    readonly: false,
    lacksReplicas: false,
    paused: undefined,
    slowness: undefined,
    maintSupport: 'ok',
    credentials,
    server: 'redis',
    follows: undefined,
  }
}
