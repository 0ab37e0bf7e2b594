import type { Duplex } from 'node:stream'
import { Drip, type DripParts } from './drip.js'
import { TurnWriter } from './turn-writer.js'

type Written = (error?: Error | null) => void

interface Chunk {
  readonly bytes: Buffer
  readonly written: Written | undefined
}

/**
 * What is sent to one client, in order: replies as they come, pushes only where a reply has ended.
 *
 * It can be stopped: then everything waits, and is sent in the same order on release.
 */
export class ReplyStream {
  readonly #writer: TurnWriter
  readonly #holds = new Set<string>()
  #drip: Drip | undefined
  #held: Chunk[] = []
  #atBoundary = true
  #pushes: Chunk[] = []

  constructor(socket: Duplex) {
    this.#writer = new TurnWriter(socket)
  }

  /** Writes a piece of a reply. Returns `false` when the client reads too slowly. */
  reply(bytes: Buffer, atBoundary: boolean): boolean {
    if (bytes.length > 0) this.#send({ bytes, written: undefined })
    this.#atBoundary = atBoundary
    if (atBoundary && this.#pushes.length > 0) {
      for (const chunk of this.#pushes.splice(0)) this.#send(chunk)
    }
    return this.#drip?.keepsUp ?? this.#writer.keepsUp
  }

  /** Writes a push between two replies; resolves with `false` when the connection ends before that. */
  push(bytes: Buffer): Promise<boolean> {
    return new Promise(resolve => {
      const chunk = { bytes, written: (error?: Error | null) => resolve(!error) }
      if (this.#atBoundary) this.#send(chunk)
      else this.#pushes.push(chunk)
    })
  }

  /** How much the client has not read yet, in bytes, without what is held. */
  get unread(): number {
    return this.#writer.unread + (this.#drip?.unread ?? 0)
  }

  /** Sends at once what is not held. */
  flush(): void {
    this.#drip?.flush()
    this.#writer.flush()
  }

  /** Sends slowly from now on, or no longer; what waits then is sent at once. */
  slow(parts: Omit<DripParts, 'writer'> | undefined): void {
    this.#drip?.flush()
    this.#drip = parts && new Drip({ ...parts, writer: this.#writer })
  }

  /** Stops sending until this reason, and every other one, is released. */
  hold(reason: string): void {
    this.#holds.add(reason)
  }

  /** Ends one reason. With the last one, writes everything that waited. */
  release(reason: string): void {
    this.#holds.delete(reason)
    if (this.#holds.size > 0) return
    for (const chunk of this.#held.splice(0)) this.#send(chunk)
  }

  /** Settles the writes that will never happen. */
  close(): void {
    this.#drip?.dispose()
    const unsent = [...this.#held.splice(0), ...this.#pushes.splice(0)]
    for (const { written } of unsent) written?.(new Error('closed'))
  }

  #send(chunk: Chunk): void {
    if (this.#holds.size > 0) this.#held.push(chunk)
    else if (!this.#writer.open) chunk.written?.(new Error('closed'))
    else if (this.#drip !== undefined) this.#drip.write(chunk.bytes, chunk.written)
    else this.#writer.write(chunk.bytes, chunk.written)
  }
}
