import type { ConnectionId } from '../../core/decide/phase.js'
import type { Route } from '../../core/decide/route.js'
import type { Connection } from '../session/connection.js'

/** A connection to be made. */
export interface ConnectionRequest {
  readonly id: ConnectionId
  readonly route: Route
  /** Whether it replaces a connection that serves. Then it must prove that it can serve. */
  readonly replaces: Connection | undefined
  readonly withinMs: number
  /** Whether the server must be a primary. Default `false`. */
  readonly requirePrimary?: boolean | undefined
  /** Is told that the server loads its data, while that is waited for. */
  readonly onLoading?: ((error: unknown) => void) | undefined
  /** Addresses to use only if no other is offered. */
  readonly avoid?: readonly string[] | undefined
}
