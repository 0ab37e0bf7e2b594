import type { Frame } from '../frames/found-frame.js'

const X = 'x'.charCodeAt(0)
const ONE = '1'.charCodeAt(0)
const [ZERO, NINE] = ['0'.charCodeAt(0), '9'.charCodeAt(0)]
/** `txt:` before a verbatim text. */
const FORMAT_BYTES = 4

/** Answers that say nothing about data. */
const PLAIN_ANSWERS = /^(?:OK|PONG|QUEUED|RESET)$/

/** Errors whose text is the server's own, and names no key. */
const PLAIN_ERRORS =
  /^(?:MOVED|ASK|READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|BUSY|OOM|NOAUTH|WRONGPASS|WRONGTYPE|EXECABORT|NOSCRIPT|UNBLOCKED|NOPROTO|MISCONF|CROSSSLOT)\b/

/** Masks everything in a frame, and keeps its length and its form: text becomes `x`, digits become `1`. */
export function maskAll(bytes: Buffer, frame: Frame): void {
  const { type, start, end, items } = frame
  for (const item of items) maskAll(bytes, item)
  if (type === '$') bytes.fill(X, start, end)
  else if (type === '=') bytes.fill(X, Math.min(start + FORMAT_BYTES, end), end)
  else if (type === '+') maskAnswer(bytes, frame)
  else if (type === '-' || type === '!') maskError(bytes, frame)
  else if (/[:,(]/.test(type)) maskDigits(bytes, frame)
}

function maskAnswer(bytes: Buffer, { start, end }: Frame): void {
  if (!PLAIN_ANSWERS.test(bytes.toString('latin1', start, end))) bytes.fill(X, start, end)
}

/** Keeps what kind of error it is. */
function maskError(bytes: Buffer, { start, end }: Frame): void {
  const text = bytes.toString('latin1', start, end)
  if (PLAIN_ERRORS.test(text)) return
  const [code = ''] = /^[A-Z]+(?= )/.exec(text) ?? []
  for (let at = start + code.length; at < end; at += 1) {
    if (bytes[at] !== 0x20) bytes[at] = X
  }
}

function maskDigits(bytes: Buffer, { start, end }: Frame): void {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte >= ZERO && byte <= NINE) bytes[at] = ONE
  }
}
