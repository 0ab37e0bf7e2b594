import type { BlockedSpan } from '../../commands/blocking/blocked-command.js'
import type { Connection } from '../../session/connection.js'

/** The part of a connection that its liveness needs. */
export interface MonitoredConnection {
  readonly isReady: boolean
  /** Whether the application has begun something on it that it cannot end elsewhere. */
  readonly isTied: boolean
  /** What ties it, by name. */
  readonly pins: ReadonlySet<string>
  readonly lastHeardAt: number
  readonly owesAnswers: boolean
  /** Where it is left out, the server hangs up on what the library asks by itself. */
  readonly greeting?: Connection['greeting']
  /** How many commands of the application were written to it. */
  readonly written: number
  ping(): Promise<unknown>
}

/** For whom a connection is watched: what is asked about it, and who is told. */
export interface LivenessOwner<C extends MonitoredConnection> {
  /** Whether the application listens on it. */
  readonly isListening: boolean
  /** Whether the application monitors the server with it. */
  readonly isMonitoring: boolean
  /** The command that blocks on the server now; `undefined` where answers should come at once. */
  blockedSpan(connection: C): BlockedSpan | undefined
  /** Asks the server, on an auxiliary connection, whether the command still blocks. */
  checkBlocked(connection: C): Promise<void>
  /** It owes answers and has sent nothing for this time. Called once for each such time. */
  onUnresponsive(connection: C, unresponsiveForMs: number): void
  /** The process stood still, and the connection owes nothing. */
  onStoodStill(connection: C): void
  /** It sent something after it was reported as unresponsive. */
  onRecovered(connection: C): void
}
