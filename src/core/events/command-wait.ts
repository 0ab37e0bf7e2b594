/**
 * Why a command waits. `handoff`: for the fence of a hand-off. `probe`: for the answer to a `PING`, after the process stood
 * still. `not-writable`, `announced`: writes wait. `no-connection`: none serves. `behind-others`: for commands that are sent
 * again, or for a server that is not ready to serve.
 */
export type WaitCause = 'handoff' | 'probe' | 'not-writable' | 'announced' | 'no-connection' | 'behind-others'

/** A command, or a block of them, begins to wait. */
export interface CommandWait {
  /** When, in milliseconds since 1970. */
  readonly at: number
  /** The number of the client, or of the client within its pool, in this process. */
  readonly link: number
  /** The number of the pool in this process; `undefined` for a client of its own. */
  readonly pool: number | undefined
  /** The endpoint that is configured, of a cluster that of the node; `undefined` for a unix socket. */
  readonly node: string | undefined
  readonly cause: WaitCause
  /** The hand-off that is under way, as its events name it. */
  readonly handoffId: string | undefined
}

/** A command waits no longer. */
export interface CommandWaitEnd {
  /** When, in milliseconds since 1970. */
  readonly at: number
  /** What it failed with; `undefined` where it was sent. */
  readonly error: unknown
}

/** Is told of each wait, in the context of the caller. What it returns is told of the end. */
// biome-ignore lint/suspicious/noConfusingVoidType: a listener that needs no end returns nothing
export type WaitListener = (wait: CommandWait) => ((end: CommandWaitEnd) => void) | undefined | void
