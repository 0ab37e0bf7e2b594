import { toColumns } from '../program/columns.js'
import type { Score } from '../rehearsal/score.js'

/** A row of the table: its title and what stands in each column. */
type Row = readonly [title: string, cell: (score: Score) => string]

const ROWS: readonly Row[] = [
  ['how it ended', ({ ended, closed }) => (ended === 'finished' && !closed ? 'could not be closed' : ended)],
  ['commands answered', ({ commands }) => count(commands)],
  ['failed', ({ failed }) => count(failed)],
  ['  of these never answered', ({ unanswered }) => count(unanswered)],
  ['cut by the server', ({ cut }) => count(cut)],
  ['lost', ({ lost }) => count(lost)],
  ['doubled', ({ doubled }) => count(doubled)],
  ['torn transactions', ({ torn }) => count(torn)],
  ['longest stall', ({ longestStallMs }) => printMs(longestStallMs)],
  ['  on an untouched connection', ({ controlStallMs }) => printMs(controlStallMs)],
  ['99 % of commands within', ({ p99Ms }) => printMs(p99Ms)],
  ['hand-offs', ({ handoffs }) => count(handoffs)],
  ['moves not followed', ({ astray }) => count(astray.length)],
  ['reconnects', ({ reconnects }) => count(reconnects)],
  ['connections opened', ({ connections }) => count(connections)],
  ['error events', ({ errorEvents }) => count(errorEvents)],
  ['unhandled rejections', ({ unhandledRejections }) => count(unhandledRejections)],
]

/** Prints scores side by side, one column for each, and why any of them ended early. */
export function printScores(scores: readonly Score[], titles: readonly string[]): readonly string[] {
  const cells = ROWS.map(([title, cell]) => [title, ...scores.map(cell)])
  const lines = toColumns([['', ...titles], ...cells], { gap: 3 })
  return [...lines, ...scores.flatMap(explain)]
}

/** Prints a duration: milliseconds below a second and a half, else seconds. */
export function printMs(durationMs: number | null): string {
  if (durationMs === null) return '?'
  if (durationMs >= 1_500) return `${(durationMs / 1_000).toFixed(1)} s`
  return `${durationMs.toFixed(durationMs < 10 ? 1 : 0)} ms`
}

function count(value: number | null): string {
  return value === null ? '?' : value.toLocaleString('en-US')
}

function explain({ client, reason, failures }: Score): readonly string[] {
  const why = Object.entries(failures).map(([message, times]) => `${client}: failed ${times} ×: ${message}`)
  return reason === null ? why : [`${client}: ${reason}`, ...why]
}
