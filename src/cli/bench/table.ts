import { toColumns } from '../program/columns.js'
import type { BenchRow, Target } from './row.js'

const HEAD = ['', 'ours', 'theirs', '', 'median', 'min', 'max', 'target', '']

/** Prints rows as lines in columns. */
export function printRows(rows: readonly BenchRow[]): readonly string[] {
  return toColumns([HEAD, ...rows.map(toCells)], { isText })
}

function isText(column: number): boolean {
  return column === 0 || column === 3 || column === HEAD.length - 1
}

function toCells({ name, unit, ours, theirs, compared, spread, target, pass }: BenchRow): readonly string[] {
  const figure = compared === 'ratio' ? printRatio : (value: number): string => `${printNumber(value)} ${unit}`
  return [
    name,
    printNumber(ours),
    theirs === null ? '' : printNumber(theirs),
    unit,
    figure(spread.median),
    figure(spread.min),
    figure(spread.max),
    target === null ? '' : printTarget(target),
    target === null ? '' : pass ? 'pass' : 'MISSED',
  ]
}

function printTarget(target: Target): string {
  return 'atLeast' in target ? `≥ ${target.atLeast}` : `≤ ${target.atMost}`
}

function printRatio(ratio: number): string {
  return `× ${ratio.toFixed(2)}`
}

function printNumber(value: number): string {
  return Math.abs(value) < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US')
}
