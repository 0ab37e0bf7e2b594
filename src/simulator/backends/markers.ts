import { randomUUID } from 'node:crypto'
import type { OwnReply } from './backend-line.js'

const CR = 13
const DASH = 45
const LF = 10
const DIGITS = 10

/** Where the server's answer to a marker stands in a stretch of bytes. */
export interface MarkerPlace {
  readonly start: number
  /** The end, and what is to be put in its place; `undefined` while the answer has not arrived as a whole. */
  readonly found: { readonly end: number; readonly reply: OwnReply } | undefined
}

/**
 * Marks the places of our replies in the stream of a server. A marker is a request that no server knows. It is sent in
 * place of a request that we answer ourselves. The error that comes back stands where our reply belongs, also among
 * blocking commands, subscriptions and pushes. Inside `MULTI` it makes the transaction fail, as it should.
 */
export class Markers {
  readonly #prefix = `HITLESS_${randomUUID().replaceAll('-', '').toUpperCase()}_`
  readonly #open = new Map<number, OwnReply>()
  #count = 0

  /** Whether an answer is to be expected. */
  get pending(): boolean {
    return this.#open.size > 0
  }

  /** Makes a marker. Returns the request to send. */
  add(reply: OwnReply): Buffer {
    this.#count += 1
    this.#open.set(this.#count, reply)
    const name = `${this.#prefix}${String(this.#count).padStart(DIGITS, '0')}`
    return Buffer.from(`*1\r\n$${name.length}\r\n${name}\r\n`)
  }

  /**
   * Finds the first answer to a marker. Markers before it that have no answer, because of `CLIENT REPLY`, are dropped.
   */
  find(bytes: Buffer): MarkerPlace | undefined {
    const at = bytes.indexOf(this.#prefix, 0, 'latin1')
    if (at === -1) return undefined
    const start = bytes.lastIndexOf(DASH, at)
    const lineEnd = bytes.indexOf(CR, at)
    if (lineEnd === -1 || lineEnd + 1 >= bytes.length) return { start, found: undefined }
    const from = at + this.#prefix.length
    return {
      start,
      found: { end: lineEnd + 2, reply: this.#take(Number(bytes.toString('latin1', from, from + DIGITS))) },
    }
  }

  #take(number: number): OwnReply {
    const reply = this.#open.get(number)
    for (const earlier of this.#open.keys()) if (earlier <= number) this.#open.delete(earlier)
    return reply ?? (() => Buffer.alloc(0))
  }
}

/** Where an incomplete error begins, which may be the answer to a marker; the length of the bytes if there is none. */
export function openErrorStart(bytes: Buffer): number {
  const start = bytes.lastIndexOf(LF) + 1
  return bytes[start] === DASH ? start : bytes.length
}
