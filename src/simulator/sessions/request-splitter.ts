import { type Command, Request } from './command.js'
import { endOfRequest, protocolError } from './request-frame.js'

const EMPTY: Buffer = Buffer.alloc(0)
/** What is kept of a request that is not complete. Servers keep a gigabyte. */
const MAX_PENDING_BYTES = 134_217_728

/**
 * Splits what a client sends into commands, whatever the chunks are, and keeps the bytes of each command.
 *
 * The decoder of `wire` gives the values alone. To pass a request on unchanged, its bytes are needed too.
 */
export class RequestSplitter {
  #pending: Buffer[] = []
  #pendingBytes = 0
  #neededBytes = 1

  /**
   * Takes the next bytes and returns the commands that they complete.
   *
   * @throws HitlessError `WIRE_PROTOCOL` for bytes that are no request; the message is that of Redis.
   */
  feed(chunk: Buffer): readonly Command[] {
    this.#pending.push(chunk)
    this.#pendingBytes += chunk.length
    if (this.#pendingBytes > MAX_PENDING_BYTES) throw protocolError('too big request', 0)
    if (this.#pendingBytes < this.#neededBytes) return []
    const bytes = this.#pending.length === 1 ? chunk : Buffer.concat(this.#pending, this.#pendingBytes)
    return this.#cut(bytes)
  }

  #cut(bytes: Buffer): Command[] {
    const commands: Command[] = []
    let start = 0
    let end = 0
    while (start < bytes.length) {
      end = endOfRequest(bytes, start)
      if (end > bytes.length) break
      const request = new Request(bytes.subarray(start, end))
      if (request.name !== '' || request.words.length > 0) commands.push(request)
      start = end
    }
    const rest = start < bytes.length ? bytes.subarray(start) : EMPTY
    this.#pending = rest.length > 0 ? [rest] : []
    this.#pendingBytes = rest.length
    this.#neededBytes = Math.max(end - start, rest.length + 1)
    return commands
  }
}
