import { LAYOUTS, Unreadable } from './layouts.js'
import type { DecodeResult } from './notification.js'
import { type Allowance, toPlain, toPlainList } from './plain-value.js'
import { isAbsent } from './read-field.js'
import { toWireName, type WireName } from './wire-name.js'

/** What may be read of one frame; a frame that names every slot alone is a tenth of it. */
const MAX_READ: Readonly<Allowance> = { text: 1_048_576, elements: 65_536 }

/** What is kept of one frame as `raw`. */
const MAX_RAW: Readonly<Allowance> = { text: 4_096, elements: 128 }

const MAX_NAME: Readonly<Allowance> = { text: 64, elements: 0 }

/** Pushes with the application's own data: nothing of them is kept, and all of one name share one result. */
const NOT_OURS: ReadonlyMap<string, DecodeResult> = new Map(
  [
    'message',
    'pmessage',
    'smessage',
    'subscribe',
    'psubscribe',
    'ssubscribe',
    'unsubscribe',
    'punsubscribe',
    'sunsubscribe',
    'invalidate',
  ].map(name => [name, Object.freeze({ outcome: 'ignored', name, raw: Object.freeze([]) })]),
)

/**
 * Turns the elements of a push frame into a notification. Never throws, whatever the elements are.
 *
 * The elements may come from any decoder with any type mapping: text as strings, buffers or verbatim strings, integers
 * as numbers, strings or `bigint`s, lists as arrays or sets. Names compare without case; elements after the known ones
 * are allowed. `spec/notifications.md` lists every shape and how it is read.
 *
 * @param items - The elements, the name first.
 * @param receivedAt - When the frame came, in milliseconds since 1970.
 */
export function decodePush(items: readonly unknown[], receivedAt: number): DecodeResult {
  try {
    const first = items[0]
    const name = toWireName(first)
    return name === undefined ? ignore(first, items) : readFrame(name, { items, receivedAt })
  } catch {
    // Only an object that throws when it is read gets here, such as an array with such elements. No wire format has
    // one.
    return { outcome: 'ignored', name: '', raw: [] }
  }
}

function ignore(first: unknown, items: readonly unknown[]): DecodeResult {
  const name = nameOf(first)
  return NOT_OURS.get(name) ?? { outcome: 'ignored', name, raw: toRaw(items) }
}

function nameOf(first: unknown): string {
  // A host passes a short buffer for every pub/sub message.
  if (Buffer.isBuffer(first) && first.length < MAX_NAME.text) return first.toString()
  const name = toPlain(first, { ...MAX_NAME })
  return typeof name === 'string' ? name : ''
}

function readFrame(
  name: WireName,
  { items, receivedAt }: { readonly items: readonly unknown[]; readonly receivedAt: number },
): DecodeResult {
  const raw = toRaw(items)
  const [, ...fields] = toPlainList(items, { ...MAX_READ })
  if (fields.every(isAbsent)) return { outcome: 'rejected', name, reason: 'nothing follows the name', raw }
  const read = LAYOUTS[name](fields)
  if (read instanceof Unreadable) return { outcome: 'rejected', name, reason: read.reason, raw }
  return { outcome: 'accepted', notification: { ...read, receivedAt, raw } }
}

function toRaw(items: readonly unknown[]): readonly unknown[] {
  return toPlainList(items, { ...MAX_RAW })
}
