import { printable } from './printable.js'

const LONGEST = 160

/** An error in one line, for people. */
export function textOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.constructor.name : String(error)
  return printable(text.trim().replaceAll(/\s+/g, ' ')).slice(0, LONGEST)
}
