import { isAscii } from 'node:buffer'
import { toAsciiText, toText } from '../text.js'

/** How many bytes are read at once for short strings; also the most that one of them can keep in memory. */
const WINDOW_BYTES = 512
/** Longer strings are read on their own. */
const MAX_SHARED_BYTES = 128

/**
 * Reads strings from chunks. Asks once whether a chunk is ASCII, as most are: then its strings need no decoding.
 *
 * Short strings can share a window, a piece of text of which each is a slice. That is several times faster than a call
 * for each, but a slice keeps its window in memory: so it is for strings that come and go together.
 */
export class ChunkText {
  #chunk: Buffer | undefined
  #isAscii = false
  #window = ''
  #from = 0
  #to = 0

  /** Lets go of the chunk: the next one may be the same object with other bytes. */
  close(): void {
    this.#chunk = undefined
  }

  /** The text between two indexes of a chunk. */
  read(chunk: Buffer, start: number, end: number): string {
    if (chunk !== this.#chunk) this.#open(chunk)
    return this.#isAscii ? toAsciiText(chunk, start, end) : toText(chunk, start, end)
  }

  /** The text between two indexes of a chunk, as a slice of a window where it is short. */
  readShared(chunk: Buffer, start: number, end: number): string {
    if (chunk !== this.#chunk) this.#open(chunk)
    if (end - start > MAX_SHARED_BYTES || !this.#isAscii) return this.read(chunk, start, end)
    if (start < this.#from || end > this.#to) this.#move(chunk, start)
    return this.#window.slice(start - this.#from, end - this.#from)
  }

  #open(chunk: Buffer): void {
    this.#chunk = chunk
    this.#isAscii = isAscii(chunk)
    this.#from = 0
    this.#to = 0
  }

  #move(chunk: Buffer, start: number): void {
    this.#from = start
    this.#to = Math.min(start + WINDOW_BYTES, chunk.length)
    this.#window = toAsciiText(chunk, start, this.#to)
  }
}
