import type { Capture, CaptureEntry, CaptureHeader } from './capture.js'
import { captureError, parseEntry, parseHeader } from './parse-capture.js'

/** How much of a capture is read. */
export interface ReadLimits {
  /** The longest line, in characters. Default 64 Mi. */
  readonly maxLineLength?: number
  /** The most bytes that all entries together may hold in memory. Default 1 GiB. */
  readonly maxBytes?: number
}

const MAX_LINE_LENGTH = 67_108_864
const MAX_BYTES = 1_073_741_824
const LINE_FEED = 10

/**
 * Reads a capture from a stream, such as that of a file, and gives the header first, then entry after entry.
 *
 * @throws HitlessError `CAPTURE_INVALID`, with the line: no header, another version, no JSON, no entry, too long a line, or a
 * last line without its end, as a recording leaves it that was cut off.
 */
export async function* readEntries(
  source: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  { maxLineLength = MAX_LINE_LENGTH }: ReadLimits = {},
): AsyncGenerator<CaptureHeader | CaptureEntry, void> {
  let count = 0
  for await (const line of linesOf(source, maxLineLength)) {
    count += 1
    if (count === 1) {
      yield parseHeader(line)
      continue
    }
    const entry = line.trim() === '' ? undefined : parseEntry(line, count)
    if (entry !== undefined) yield entry
  }
  if (count === 0) throw captureError('header', 1, 'is missing: the file is empty')
}

/** Reads a whole capture into memory; throws as {@link readEntries}, and where it is too large. */
export async function readCapture(
  source: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  limits: ReadLimits = {},
): Promise<Capture> {
  const { maxBytes = MAX_BYTES } = limits
  const entries: CaptureEntry[] = []
  let header: CaptureHeader | undefined
  let bytes = 0
  for await (const item of readEntries(source, limits)) {
    if (!('type' in item)) {
      header = item
      continue
    }
    entries.push(item)
    bytes += item.type === 'data' ? item.bytes.length : 0
    if (bytes > maxBytes) throw captureError('too-long', entries.length + 1, `is beyond the limit of ${maxBytes} bytes`)
  }
  if (header === undefined) throw captureError('header', 1, 'is missing')
  return { header, entries }
}

async function* linesOf(
  source: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  maxLineLength: number,
): AsyncGenerator<string, void> {
  let pieces: Buffer[] = []
  let length = 0
  let line = 1
  for await (const chunk of source) {
    let rest = Buffer.from(chunk)
    for (let end = rest.indexOf(LINE_FEED); end !== -1; end = rest.indexOf(LINE_FEED)) {
      yield Buffer.concat([...pieces, rest.subarray(0, end)]).toString()
      pieces = []
      length = 0
      line += 1
      rest = rest.subarray(end + 1)
    }
    pieces.push(rest)
    length += rest.length
    if (length > maxLineLength) throw captureError('too-long', line, `is longer than ${maxLineLength} bytes`)
  }
  const rest = Buffer.concat(pieces).toString()
  if (rest.trim() !== '') throw captureError('truncated', line, 'has no end: the recording was cut off')
}
