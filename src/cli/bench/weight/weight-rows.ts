import { type BenchRow, reaches, type Target } from '../row.js'
import { spreadOf } from '../spread.js'
import type { Sides } from './turns.js'

/** What one row is about. */
export interface WeightRow {
  readonly name: string
  readonly unit: string
  readonly compared: BenchRow['compared']
  readonly target: Target
}

/** The figures of one run on both sides, in the order of the rows. */
export type Run = Sides<readonly number[]>

/** What a module takes to import. */
export const IMPORT: readonly WeightRow[] = [
  ratioRow('time to import', 'ms', 1.2),
  ratioRow('processor time to import', 'ms', 1.2),
]

/** What a client takes to connect, and holds then. */
export const CONNECT: readonly WeightRow[] = [
  ratioRow('time to connect, all at once', 'ms', 1.25),
  ratioRow('processor time to connect, all at once', 'ms', 1.25),
  ratioRow('time to connect, one after the other', 'ms', 1.25),
  ratioRow('processor time to connect, one after the other', 'ms', 1.25),
  ratioRow('memory of a connected client', 'bytes', 2),
]

/** A plain client that is idle does nothing at all, so that there is no telling how many times as much ours does. */
export const IDLE: readonly WeightRow[] = [
  {
    name: 'weight: processor time of an idle client, each second',
    unit: 'µs',
    compared: 'difference',
    target: { atMost: 5 },
  },
]

/** The names of the rows that need a server. */
export const SERVED_WEIGHT_NAMES: readonly string[] = [...CONNECT, ...IDLE].map(({ name }) => name)

/** The names of the rows. */
export const WEIGHT_NAMES: readonly string[] = [...IMPORT.map(({ name }) => name), ...SERVED_WEIGHT_NAMES]

function ratioRow(name: string, unit: string, atMost: number): WeightRow {
  return { name: `weight: ${name}`, unit, compared: 'ratio', target: { atMost } }
}

/** Makes rows of the figures of several runs. */
export function toRows(rows: readonly WeightRow[], runs: readonly Run[]): readonly BenchRow[] {
  return rows.map((row, index) => {
    const figures = runs.map(([ours, theirs]): Sides<number> => [ours[index] ?? 0, theirs[index] ?? 0])
    const spread = spreadOf(figures.map(([ours, theirs]) => (row.compared === 'ratio' ? ours / theirs : ours - theirs)))
    return {
      ...row,
      ours: spreadOf(figures.map(([ours]) => ours)).median,
      theirs: spreadOf(figures.map(([, theirs]) => theirs)).median,
      spread,
      pass: reaches(spread.median, row.target),
    }
  })
}
