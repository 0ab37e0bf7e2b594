import type { Clock } from '../base/clock.js'
import type { History } from './announcements/history.js'
import type { BackendOptions } from './backends/backend.js'
import type { Backend } from './backends/backend-line.js'
import type { EventLog } from './event-log.js'
import type { Credentials } from './faults/conduct.js'
import type { Seat } from './store/seat.js'
import type { TlsIdentity } from './tls/self-signed.js'
import { type TlsOptions, toIdentity } from './tls/tls-identity.js'

/** How a node is made. */
export interface NodeOptions {
  /** The loopback address to listen on. Default `127.0.0.1`; `::1` and `127.0.0.2` and so on work as well. */
  readonly host?: string
  /** Default 0: any free port. */
  readonly port?: number
  /**
   * The name of the node for connections that asked for a name. Default `localhost` for `127.0.0.1` and `::1`, else the
   * address.
   */
  readonly name?: string
  /**
   * Makes the node speak TLS: with the key and certificate given, or with ones made for it, whose certificate the node
   * shows as `certificate`. These are valid for `localhost`, `127.0.0.1`, `::1`, the node's host and name, or only for
   * the `names` given; to make them takes the package `selfsigned`. Default: it speaks plain text.
   */
  readonly tls?: TlsOptions
  /**
   * A data set of the node's own, such as one of two real servers that change roles. Not in a cluster, nor with sentinels. Default
   * that of the simulator.
   */
  readonly backend?: BackendOptions
  /** What the node says that it is. Valkey, in version 8.1, takes `CLIENT CAPA redirect`. Default `redis`. */
  readonly server?: 'redis' | 'valkey'
  /** Makes the node ask for a password. Default: it asks for none. */
  readonly password?: string
  /** Who the password belongs to. Default `default`. */
  readonly username?: string
}

/** How a node is made, with defaults, key and certificate filled in. */
export interface ResolvedNodeOptions {
  readonly host: string
  readonly port: number
  readonly name: string
  readonly tls: TlsIdentity | undefined
  readonly credentials: Credentials | undefined
  readonly server: 'redis' | 'valkey'
}

/** What all nodes of a simulator share. */
export interface SharedState {
  readonly clock: Clock
  readonly backend: Backend
  readonly history: History
  readonly log: EventLog
  readonly nextConnectionId: () => number
  /** What a node is besides an endpoint of the data set, by its number. */
  readonly seatOf: (node: number) => Seat | undefined
}

/** Fills in the defaults, and makes the key and certificate that are asked for. */
export async function resolveNodeOptions(options: NodeOptions): Promise<ResolvedNodeOptions> {
  const { host = '127.0.0.1', port = 0, password, username = 'default', server = 'redis' } = options
  const name = options.name ?? (host === '127.0.0.1' || host === '::1' ? 'localhost' : host)
  const tls = await toIdentity(options.tls, [host, name])
  return { host, port, name, tls, server, credentials: password === undefined ? undefined : { username, password } }
}
