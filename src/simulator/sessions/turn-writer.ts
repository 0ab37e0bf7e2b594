import type { Duplex } from 'node:stream'

/** Writes to a socket. What is written in one turn of the event loop is sent by one system call. */
export class TurnWriter {
  readonly #socket: Duplex
  #corked = false

  constructor(socket: Duplex) {
    this.#socket = socket
  }

  /** How much the other side has not taken yet, in bytes. */
  get unread(): number {
    return this.#socket.writableLength
  }

  /** Whether the other side reads fast enough. */
  get keepsUp(): boolean {
    return this.#socket.writableLength < this.#socket.writableHighWaterMark
  }

  /** Whether something written now would still be sent. */
  get open(): boolean {
    return !this.#socket.destroyed && !this.#socket.writableEnded
  }

  write(bytes: Buffer, written?: (error?: Error | null) => void): void {
    if (!this.#corked) this.#corkOneTurn()
    this.#socket.write(bytes, written)
  }

  #corkOneTurn(): void {
    this.#corked = true
    this.#socket.cork()
    process.nextTick(() => {
      this.#corked = false
      this.#socket.uncork()
    })
  }
}
