import { type Command, Request } from './command.js'
import { endOfRequest, protocolError, type ReadSoFar } from './request-frame.js'

const EMPTY: Buffer = Buffer.alloc(0)
/** What is kept of a request that is not complete. Servers keep a gigabyte. */
const MAX_PENDING_BYTES = 134_217_728

/**
 * Splits what a client sends into commands, whatever the chunks are, and keeps the bytes of each command. A request in many
 * small chunks is read once, not again with each chunk: a slow client must not keep the process busy.
 *
 * The decoder of `wire` gives the values alone. To pass a request on unchanged, its bytes are needed too.
 */
export class RequestSplitter {
  /** The bytes of a request that is not complete, with room for more behind them. */
  #pending: Buffer = EMPTY
  #pendingBytes = 0
  #neededBytes = 1
  /** How far the pending request was read. */
  readonly #read: ReadSoFar = { at: 0, wordsLeft: undefined }

  /**
   * Takes the next bytes and returns the commands that they complete.
   *
   * @throws HitlessError `WIRE_PROTOCOL` for bytes that are no request; the message is that of Redis.
   */
  feed(chunk: Buffer): readonly Command[] {
    if (this.#pendingBytes + chunk.length > MAX_PENDING_BYTES) throw protocolError('too big request', 0)
    const bytes = this.#pendingBytes === 0 ? chunk : this.#append(chunk)
    return bytes.length < this.#neededBytes ? [] : this.#cut(bytes)
  }

  /** Adds to what is pending. Room is made for twice as much at a time, so that no byte is copied often. */
  #append(chunk: Buffer): Buffer {
    const length = this.#pendingBytes + chunk.length
    if (length > this.#pending.length) {
      const roomier = Buffer.allocUnsafe(2 * length)
      this.#pending.copy(roomier, 0, 0, this.#pendingBytes)
      this.#pending = roomier
    }
    chunk.copy(this.#pending, this.#pendingBytes)
    this.#pendingBytes = length
    return this.#pending.subarray(0, length)
  }

  #cut(bytes: Buffer): Command[] {
    const commands: Command[] = []
    let start = 0
    let end = 0
    while (start < bytes.length) {
      end = endOfRequest(bytes, start, this.#read)
      if (end > bytes.length) break
      const request = new Request(bytes.subarray(start, end))
      if (request.name !== '' || request.words.length > 0) commands.push(request)
      this.#read.wordsLeft = undefined
      start = end
    }
    this.#keep(bytes, start)
    this.#neededBytes = Math.max(end - start, bytes.length - start + 1)
    return commands
  }

  /** Keeps what no command has taken. Where all of it was pending already it stays where it is. */
  #keep(bytes: Buffer, start: number): void {
    this.#read.at -= start
    if (start === 0 && this.#pendingBytes > 0) return
    this.#pending = start < bytes.length ? bytes.subarray(start) : EMPTY
    this.#pendingBytes = this.#pending.length
  }
}
