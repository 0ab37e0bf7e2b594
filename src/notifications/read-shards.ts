import type { PlainValue } from './plain-value.js'
import { isAbsent, REFUSED, type Refused } from './read-field.js'

/** The longest shard id that is believed, in characters. */
const MAX_ID_LENGTH = 256

/**
 * Reads shard ids, which are opaque: the text of a JSON array such as `["2", "4"]`, a list, one id, or ids with commas.
 * Absent: none. A text that only looks like JSON is one id.
 */
export function readShards(value: PlainValue): readonly string[] | Refused {
  if (isAbsent(value)) return []
  if (typeof value === 'string') return readText(value.trim())
  return readList(Array.isArray(value) ? value : [value])
}

function readText(text: string): readonly string[] | Refused {
  if (!/^[["]/.test(text)) return readList(text.split(','))
  try {
    const json: unknown = JSON.parse(text)
    return readList(Array.isArray(json) ? json : [json])
  } catch {
    return readList([text])
  }
}

function readList(values: readonly unknown[]): readonly string[] | Refused {
  const ids = values.map(toId)
  return ids.every(id => id !== undefined) ? ids.filter(id => id !== '') : REFUSED
}

function toId(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'bigint' && !Number.isFinite(value)) return undefined
  const id = String(value).trim()
  return id.length <= MAX_ID_LENGTH ? id : undefined
}
