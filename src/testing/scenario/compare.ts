import { isDeepStrictEqual } from 'node:util'
import type { LogEntry } from './scenario.js'

/**
 * Compares a log with what was expected of it, entry by entry and in order. Of each entry only the fields that the
 * expectation names are compared.
 *
 * @returns `undefined` if they agree, else both as one text: lines that begin with `-` were expected and are missing, lines
 * that begin with `+` are there and were not expected.
 */
export function compareLogs(expected: readonly LogEntry[], actual: readonly LogEntry[]): string | undefined {
  const agree = expected.length === actual.length && expected.every((entry, at) => matches(entry, actual[at]))
  return agree ? undefined : diffOf(expected, actual).join('\n')
}

/** Prints an entry on one line. */
export function printEntry({ at, event, ...fields }: LogEntry): string {
  const details = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  const instant = at === undefined ? '' : `${at} ms`
  return [instant.padStart(9), event, ...details].join(' ')
}

function matches(expected: LogEntry, actual: LogEntry | undefined): boolean {
  if (actual === undefined) return false
  const fields = new Map<string, unknown>(Object.entries(actual))
  return Object.entries(expected).every(([name, value]) => isDeepStrictEqual(value, fields.get(name)))
}

function diffOf(expected: readonly LogEntry[], actual: readonly LogEntry[]): readonly string[] {
  const common = lengthsOfCommon(expected, actual)
  const lines: string[] = []
  let a = 0
  for (const [e, wanted] of expected.entries()) {
    for (let found = actual[a]; found !== undefined; found = actual[a]) {
      // An entry that happened is skipped only where that gives more matches than skipping the expectation.
      if (matches(wanted, found) || longest(common, e + 1, a) >= longest(common, e, a + 1)) break
      lines.push(`+ ${printEntry(found)}`)
      a += 1
    }
    const found = actual[a]
    if (found === undefined || !matches(wanted, found)) lines.push(`- ${printEntry(wanted)}`)
    else {
      lines.push(`  ${printEntry(found)}`)
      a += 1
    }
  }
  return [...lines, ...actual.slice(a).map(entry => `+ ${printEntry(entry)}`)]
}

/**
 * For each pair of places, how many of the entries after them are common to both logs. The shortest diff is read from
 * this table.
 */
function lengthsOfCommon(expected: readonly LogEntry[], actual: readonly LogEntry[]): readonly (readonly number[])[] {
  const table: number[][] = Array.from({ length: expected.length + 1 }, () => [])
  for (const [fromEnd, wanted] of [...expected].reverse().entries()) {
    const e = expected.length - 1 - fromEnd
    for (let a = actual.length - 1; a >= 0; a--) {
      const row = table[e] ?? []
      row[a] = matches(wanted, actual[a])
        ? longest(table, e + 1, a + 1) + 1
        : Math.max(longest(table, e + 1, a), longest(table, e, a + 1))
    }
  }
  return table
}

function longest(table: readonly (readonly number[])[], e: number, a: number): number {
  return table[e]?.[a] ?? 0
}
