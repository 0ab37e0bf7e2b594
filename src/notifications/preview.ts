import type { PlainValue } from './plain-value.js'

const MAX_LENGTH = 60

/** Prints a value for an error message, in one short line. */
export function preview(value: PlainValue): string {
  if (typeof value === 'string') return shorten(JSON.stringify(value.slice(0, MAX_LENGTH + 1)))
  if (Array.isArray(value)) return shorten(`[${value.slice(0, MAX_LENGTH).map(preview).join(', ')}]`)
  return value !== null && typeof value === 'object' ? 'something unreadable' : String(value)
}

function shorten(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text
}
