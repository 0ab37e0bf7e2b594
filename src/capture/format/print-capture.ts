import type { CaptureEntry, CaptureHeader } from './capture.js'

/** What the first line of every capture says it is. */
export const CAPTURE_FORMAT = 'redis-hitless-capture'

/** Of text that a person can read; all else is written in base64. */
const READABLE = /^[\t\r\n\x20-\x7e]*$/

/** The first line of a file, without its end. */
export function printHeader({ startedAt, ...header }: CaptureHeader): string {
  return JSON.stringify({ format: CAPTURE_FORMAT, startedAt: new Date(startedAt).toISOString(), ...header })
}

/** The line of an entry, without its end. */
export function printCaptureEntry(entry: CaptureEntry): string {
  // Beyond microseconds there is nothing to know.
  const at = Math.round(entry.at * 1_000) / 1_000
  if (entry.type !== 'data') return JSON.stringify({ ...entry, at }, toPrintable)
  const { type, connection, from, bytes } = entry
  const text = bytes.toString('latin1')
  const content = READABLE.test(text) ? { text } : { base64: bytes.toString('base64') }
  return JSON.stringify({ at, type, connection, from, ...content })
}

/** Numbers that JSON cannot hold become text, an error its message and code. */
function toPrintable(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (!(value instanceof Error)) return value
  const { message, code } = value as Error & { readonly code?: unknown }
  return { message, ...(code !== undefined && { code }) }
}
