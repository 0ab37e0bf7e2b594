import { HitlessError } from '../../base/errors.js'

const CR = 13
const LF = 10
const STAR = 42
const DOLLAR = 36
const MINUS = 45
const ZERO = 48
const NINE = 57
const MAX_DIGITS = 15
const MAX_WORDS = 1_048_576
const MAX_WORD_BYTES = 536_870_912
const MAX_LINE_BYTES = 65_536

// Every command that passes a node is read here: the lengths are looked at byte by byte, and nothing is made for them.

/** How far a request was read of which bytes are missing: up to where, and how many words are missing from there. */
export interface ReadSoFar {
  at: number
  /** `undefined` where not even the number of words is known. */
  wordsLeft: number | undefined
}

/**
 * The index after the request that begins at `start`, empty ones included. More than there are bytes, it is how far they
 * must reach at least.
 *
 * @param read - How far this request was read before. Changed where it is not complete.
 * @throws HitlessError `WIRE_PROTOCOL` for bytes that are no request; the message is that of Redis.
 */
export function endOfRequest(bytes: Buffer, start: number, read: ReadSoFar): number {
  if (bytes[start] !== STAR) return endOfInline(bytes, start)
  let at = read.wordsLeft === undefined ? endOfLine(bytes, start + 1) : read.at
  if (at > bytes.length) return at
  for (let left = read.wordsLeft ?? countOf(bytes, start, at); left > 0; left -= 1) {
    const end = endOfWord(bytes, at)
    if (end > bytes.length) {
      read.at = at
      read.wordsLeft = left
      return end
    }
    at = end
  }
  return at
}

/** How many words a request has. */
function countOf(bytes: Buffer, start: number, end: number): number {
  const count = readInteger(bytes, start + 1, end - 2)
  if (count === undefined || count > MAX_WORDS) throw protocolError('invalid multibulk length', start)
  return count
}

/** The words of a request, of which the bytes are complete. An empty request has none. */
export function wordsOf(request: Buffer): readonly Buffer[] {
  if (request[0] !== STAR) return inlineWordsOf(request)
  const words: Buffer[] = []
  let at = endOfLine(request, 1)
  while (at < request.length) {
    const start = endOfLine(request, at + 1)
    at = endOfWord(request, at)
    words.push(request.subarray(start, at - 2))
  }
  return words
}

/** The first word of a request, of which the bytes are complete; empty for an empty request. */
export function firstWordOf(request: Buffer): string {
  if (request[0] !== STAR) return inlineWordsOf(request)[0]?.toString('latin1') ?? ''
  const at = endOfLine(request, 1)
  if (at >= request.length) return ''
  return request.toString('latin1', endOfLine(request, at + 1), endOfWord(request, at) - 2)
}

function endOfWord(bytes: Buffer, start: number): number {
  if (start >= bytes.length) return start + 1
  const type = bytes[start] ?? 0
  if (type !== DOLLAR) throw protocolError(`expected '$', got '${String.fromCharCode(type)}'`, start)
  const at = endOfLine(bytes, start + 1)
  if (at > bytes.length) return at
  const length = readInteger(bytes, start + 1, at - 2)
  if (length === undefined || length < 0 || length > MAX_WORD_BYTES) throw protocolError('invalid bulk length', start)
  return at + length + 2
}

function endOfInline(bytes: Buffer, start: number): number {
  const newline = bytes.indexOf(LF, start)
  if (newline !== -1) return newline + 1
  if (bytes.length - start > MAX_LINE_BYTES) throw protocolError('too big inline request', start)
  return bytes.length + 1
}

function inlineWordsOf(request: Buffer): readonly Buffer[] {
  const text = request.toString('latin1').trim()
  return text === '' ? [] : text.split(/\s+/).map(part => Buffer.from(part, 'latin1'))
}

/** The index after the CRLF of a line. */
function endOfLine(bytes: Buffer, start: number): number {
  let at = start
  while (at < bytes.length && bytes[at] !== CR) at += 1
  if (at + 1 < bytes.length) return at + 2
  if (bytes.length - start > MAX_LINE_BYTES) throw protocolError('too big mbulk count string', start)
  return bytes.length + 1
}

function readInteger(bytes: Buffer, start: number, end: number): number | undefined {
  const isNegative = bytes[start] === MINUS
  const first = isNegative ? start + 1 : start
  if (end === first || end - first > MAX_DIGITS) return undefined
  let value = 0
  for (let at = first; at < end; at += 1) {
    const digit = bytes[at] ?? 0
    if (digit < ZERO || digit > NINE) return undefined
    value = value * 10 + digit - ZERO
  }
  return isNegative ? -value : value
}

/** @param offset - Counted from the first byte that no complete command has taken. */
export function protocolError(reason: string, offset: number): HitlessError {
  return new HitlessError('WIRE_PROTOCOL', `Protocol error: ${reason}`, { facts: { offset } })
}
