import type { FailureKind, HostErrors } from '../../src/engine/ports.js'

/** What a user of the toy can set. Everything else is the engine's business. */
export interface ToyOptions {
  readonly host: string
  readonly port: number
  readonly connectTimeoutMs: number
  readonly name?: string | undefined
  readonly database?: number | undefined
  /** How long the socket may be idle, in milliseconds. Default: for ever. */
  readonly socketTimeoutMs?: number | undefined
  readonly offlineQueue?: boolean | undefined
  readonly maxWaitingCommands?: number | undefined
  /** The pause before the next attempt in milliseconds; `false` ends all attempts. Default: the engine's. */
  readonly reconnect?: ((retries: number, cause: unknown) => number | false) | undefined
}

/** Every error of the toy says what it means. */
export class ToyError extends Error {
  readonly kind: FailureKind

  constructor(kind: FailureKind, message: string) {
    super(message)
    this.kind = kind
  }
}

export const TOY_ERRORS: HostErrors = {
  closed: () => new ToyError('other', 'The toy is closed'),
  offline: () => new ToyError('offline', 'The toy is offline'),
  queueFull: () => new ToyError('other', 'The queue is full'),
  destroyed: () => new ToyError('other', 'The toy was destroyed'),
  timeout: (message = 'The command timed out') => new ToyError('timeout', message),
  aborted: () => new ToyError('aborted', 'The command was aborted'),
  watch: reason => new ToyError('other', reason),
  connectTimeout: () => new ToyError('connect-timeout', 'The toy did not connect in time'),
  alreadyOpen: () => new ToyError('other', 'The toy is open'),
}
