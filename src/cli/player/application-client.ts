/** Commands that are executed together. */
export interface CommandBlock {
  incr(key: string): CommandBlock
  exec(): Promise<readonly unknown[]>
}

/** A client as an application holds it, of whatever library. */
export interface ApplicationClient {
  get(key: string): Promise<string | null>
  set(key: string, value: string): Promise<string | null>
  incr(key: string): Promise<number>
  multi(): CommandBlock
  connect(): Promise<unknown>
  close(): Promise<unknown>
  destroy(): void
  /** Begins to record the client to a file; only ours can. */
  record?(file: string): Promise<{ stop(): Promise<void> }>
  on(event: 'error' | 'reconnecting', listener: (error: unknown) => void): unknown
}
