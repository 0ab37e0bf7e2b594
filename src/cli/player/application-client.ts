import type { Interruption } from './notes/message-log.js'

/** Commands that are executed together. */
export interface CommandBlock {
  incr(key: string): CommandBlock
  exec(): Promise<readonly unknown[]>
}

/** Works with a queue, and listens to messages, over one connection for each. */
export interface ErrandClient {
  pushItem(queue: string, item: string): Promise<unknown>
  /** Waits so long for an item; `null` where none came. */
  takeItem(queue: string, withinSeconds: number): Promise<string | null>
  listen(channel: string, listener: (message: string) => void): Promise<unknown>
}

/** Whose connection lost messages, where it tells. */
export interface Interrupting {
  onInterrupted?(listener: (interruption: Interruption) => void): void
}

/** A client as an application holds it, of whatever library. */
export interface ApplicationClient extends ErrandClient, Interrupting {
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
