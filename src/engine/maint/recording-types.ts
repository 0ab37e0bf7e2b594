/** How a client is recorded. */
export interface RecordOptions {
  /** What is recorded, for people: without secrets. Default: where the client leads. */
  readonly what?: string
  /** Whether keys, values, credentials and channels are masked. Default `true`. */
  readonly redact?: boolean
  /** The recording ends when the file has so many bytes. Default 1 GiB. */
  readonly maxBytes?: number
  /** What may wait in memory to be written, in bytes; beyond it, data is left out and counted. Default 16 MiB. */
  readonly maxPendingBytes?: number
}

/** A recording of a client: what goes over its connections, what it tells, and the steps of its hand-offs. */
export interface Recording {
  /** How many connections are in it. */
  readonly connections: number
  /** How many bytes the file has. */
  readonly bytes: number
  /** What ended it early: an error of the file; `undefined` where nothing did. */
  readonly error: unknown
  /** Ends it, and resolves once the file is written. Rejects with the error of the file. A second call does nothing more. */
  stop(): Promise<void>
  /** The same, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}
