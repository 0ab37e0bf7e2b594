import { HitlessError } from '../../base/errors.js'
import { type Command, toCommand } from './command.js'

const CR = 13
const LF = 10
const STAR = 42
const DOLLAR = 36
const EMPTY: Buffer = Buffer.alloc(0)
const MAX_WORDS = 1_048_576
const MAX_WORD_BYTES = 536_870_912
/** What is kept of a request that is not complete. Servers keep a gigabyte. */
const MAX_PENDING_BYTES = 134_217_728
const MAX_LINE_BYTES = 65_536

/** A line without its CRLF, and where the next one begins. */
interface Line {
  readonly end: number
  readonly next: number
}

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
    let missing = 0
    while (start < bytes.length) {
      const read = readRequest(bytes, start)
      if (read.words === undefined) {
        missing = read.end
        break
      }
      if (read.words.length > 0) commands.push(toCommand(read.words, bytes.subarray(start, read.end)))
      start = read.end
    }
    const rest = start < bytes.length ? bytes.subarray(start) : EMPTY
    this.#pending = rest.length > 0 ? [rest] : []
    this.#pendingBytes = rest.length
    this.#neededBytes = Math.max(missing - start, rest.length + 1)
    return commands
  }
}

/** The words of a request and where it ends; without words, `end` is how far the bytes must reach at least. */
interface ReadRequest {
  readonly words: readonly Buffer[] | undefined
  readonly end: number
}

function readRequest(bytes: Buffer, start: number): ReadRequest {
  if (bytes[start] !== STAR) return readInline(bytes, start)
  const head = readLine(bytes, start + 1)
  if (head === undefined) return incomplete(bytes)
  const count = readInteger(bytes, start + 1, head.end)
  if (count === undefined || count > MAX_WORDS) throw protocolError('invalid multibulk length', start)
  const words: Buffer[] = []
  let at = head.next
  for (let index = 0; index < count; index += 1) {
    const word = readWord(bytes, at)
    if (word.bytes === undefined) return { words: undefined, end: word.end }
    words.push(word.bytes)
    at = word.end
  }
  return { words, end: at }
}

function readWord(bytes: Buffer, start: number): { bytes: Buffer | undefined; end: number } {
  if (start >= bytes.length) return { bytes: undefined, end: start + 1 }
  const type = bytes[start] ?? 0
  if (type !== DOLLAR) throw protocolError(`expected '$', got '${String.fromCharCode(type)}'`, start)
  const head = readLine(bytes, start + 1)
  if (head === undefined) return { bytes: undefined, end: bytes.length + 1 }
  const length = readInteger(bytes, start + 1, head.end)
  if (length === undefined || length < 0 || length > MAX_WORD_BYTES) throw protocolError('invalid bulk length', start)
  const end = head.next + length + 2
  if (end > bytes.length) return { bytes: undefined, end }
  return { bytes: bytes.subarray(head.next, end - 2), end }
}

function readInline(bytes: Buffer, start: number): ReadRequest {
  const newline = bytes.indexOf(LF, start)
  if (newline === -1) {
    if (bytes.length - start > MAX_LINE_BYTES) throw protocolError('too big inline request', start)
    return incomplete(bytes)
  }
  const text = bytes.subarray(start, newline).toString('latin1').trim()
  const words = text === '' ? [] : text.split(/\s+/).map(part => Buffer.from(part, 'latin1'))
  return { words, end: newline + 1 }
}

function incomplete(bytes: Buffer): ReadRequest {
  return { words: undefined, end: bytes.length + 1 }
}

function readLine(bytes: Buffer, start: number): Line | undefined {
  const end = bytes.indexOf(CR, start)
  if (end === -1 || end + 1 >= bytes.length) {
    if (bytes.length - start > MAX_LINE_BYTES) throw protocolError('too big mbulk count string', start)
    return undefined
  }
  return { end, next: end + 2 }
}

function readInteger(bytes: Buffer, start: number, end: number): number | undefined {
  const text = bytes.toString('latin1', start, end)
  return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined
}

/** @param offset - Counted from the first byte that no complete command has taken. */
function protocolError(reason: string, offset: number): HitlessError {
  return new HitlessError('WIRE_PROTOCOL', `Protocol error: ${reason}`, { facts: { offset } })
}
