import type { Protocol } from './protocol.js'

/** What a client can ask `MOVING` to name: the kinds of endpoint of `CLIENT MAINT_NOTIFICATIONS`. */
export const MOVING_ENDPOINT_TYPES = ['internal-ip', 'internal-fqdn', 'external-ip', 'external-fqdn', 'none'] as const

/** One of {@link MOVING_ENDPOINT_TYPES}. */
export type MovingEndpointType = (typeof MOVING_ENDPOINT_TYPES)[number]

/** A live client connection of a node, as the simulator sees it. */
export interface SimConnection {
  /** Counts the connections of a simulator from 1. */
  readonly id: number
  /** Whether the connection gets notifications, and then the kind of endpoint that it wants `MOVING` to name. */
  readonly optedIn: MovingEndpointType | false
  /** What it negotiated with `HELLO`. */
  readonly protocol: Protocol
  /** The name it gave itself; empty without. */
  readonly name: string
  /** The database it selected last. */
  readonly database: number
  /** How many commands arrived on it. */
  readonly commands: number
  /** The client's own port, by which a client can recognise its connections. */
  readonly remotePort: number
  /** The name that a TLS client asked for (SNI). */
  readonly servername: string | undefined
  /** Whether it is still open. */
  readonly open: boolean
  /** Writes bytes between two replies. Resolves with whether they were written. */
  push(bytes: Buffer): Promise<boolean>
  /** Ends the connection in order (FIN), after what was already written. */
  close(): void
  /** Ends the connection at once (RST). */
  reset(): void
}
