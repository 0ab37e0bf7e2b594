import { randomUUID } from 'node:crypto'
import type { OwnReply } from './line.js'

const CR = 13
const DASH = 45
const LF = 10

/**
 * A request that no server knows, sent in place of one that we answer ourselves. The error that the server answers to it
 * shows where our reply belongs, whatever else is in the pipeline: blocking commands, subscriptions, pushes. Inside
 * `MULTI` it spoils the transaction, as it should.
 */
export interface Marker {
  readonly token: string
  readonly request: Buffer
  readonly reply: OwnReply
}

/** Where the error of a marker stands in a stretch of bytes. */
export interface MarkerPlace {
  readonly start: number
  /** `undefined` while the line's end has not arrived. */
  readonly end: number | undefined
}

/** Makes markers that occur nowhere else. */
export class MarkerMaker {
  readonly #prefix = `HITLESS_${randomUUID().replaceAll('-', '')}_`
  #count = 0

  make(reply: OwnReply): Marker {
    this.#count += 1
    // Of equal length, so that no token is the beginning of another.
    const token = `${this.#prefix}${String(this.#count).padStart(10, '0')}`
    return { token, request: Buffer.from(`*1\r\n$${token.length}\r\n${token}\r\n`), reply }
  }
}

/** Finds the server's answer to a marker. */
export function findMarker(bytes: Buffer, { token }: Marker): MarkerPlace | undefined {
  const at = bytes.indexOf(token, 0, 'latin1')
  if (at === -1) return undefined
  const end = bytes.indexOf(CR, at)
  return { start: bytes.lastIndexOf(DASH, at), end: end === -1 || end + 1 >= bytes.length ? undefined : end + 2 }
}

/** Where an error begins that has not ended, which may be that of a marker; the length of the bytes if there is none. */
export function openErrorStart(bytes: Buffer): number {
  const start = bytes.lastIndexOf(LF) + 1
  return bytes[start] === DASH ? start : bytes.length
}
