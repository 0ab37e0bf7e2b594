import { toColumns } from '../program/columns.js'
import { BUCKET_MS } from './arrivals.js'
import type { FleetRun } from './fleet.js'
import type { FleetArgs } from './fleet-args.js'

/** The same move twice. */
export interface FleetResult {
  readonly unpaced: FleetRun
  readonly paced: FleetRun
}

/** The most that the peak may be of the mean, with pacing. */
const MOST_PEAK_TO_MEAN = 1.5

const PER_LINE = 10

/** What is wrong with the move with pacing; nothing if it went as it should. */
export function faultsOf({ paced }: FleetResult): readonly string[] {
  const { late, peakToMean } = paced
  return [
    ...(late > 0 ? [`${count(late)} connections missed the grace`] : []),
    ...(peakToMean > MOST_PEAK_TO_MEAN
      ? [`the peak is ${peakToMean.toFixed(2)} times the mean, and may be ${MOST_PEAK_TO_MEAN} times`]
      : []),
  ]
}

/** The result in lines: the arrivals second by second, and what they amount to. */
export function printFleet(args: FleetArgs, result: FleetResult): readonly string[] {
  const { processes, connections, graceMs, handshakeMs, seed } = args
  return [
    `${count(processes)} processes × ${connections} connections, told to move at 0 s within ${seconds(graceMs)} s;`,
    `the new node takes ${handshakeMs} ms for each; seed ${seed}`,
    '',
    `arrivals at the new node per ${BUCKET_MS} ms, without pacing`,
    ...printArrivals(result.unpaced.arrivals),
    '',
    `arrivals at the new node per ${BUCKET_MS} ms, with pacing`,
    ...printArrivals(result.paced.arrivals),
    '',
    ...printFigures(args, result),
  ]
}

/** One line for each second, with one column for each tenth of it. */
function printArrivals(arrivals: readonly number[]): readonly string[] {
  const head = ['', ...Array.from({ length: PER_LINE }, (_, tenth) => `.${tenth}`)]
  const lines = Array.from({ length: Math.ceil(arrivals.length / PER_LINE) }, (_, second) => {
    const tenths = Array.from({ length: PER_LINE }, (_unused, tenth) => arrivals[second * PER_LINE + tenth] ?? 0)
    return [`${second} s`, ...tenths.map(arrived => (arrived === 0 ? '·' : count(arrived)))]
  })
  return toColumns([head, ...lines])
}

function printFigures({ graceMs }: FleetArgs, { unpaced, paced }: FleetResult): readonly string[] {
  const evenly = unpaced.total / (graceMs / BUCKET_MS)
  const rows: readonly (readonly [string, (run: FleetRun) => string])[] = [
    ['arrivals', run => count(run.total)],
    ['window used', run => `${seconds(run.firstAt)} to ${seconds(run.lastAt)} s`],
    [`peak per ${BUCKET_MS} ms`, run => count(run.peak)],
    [`mean per ${BUCKET_MS} ms of it`, run => count(Math.round(run.mean))],
    ['peak / mean', run => run.peakToMean.toFixed(2)],
    ['peak / even spread over the grace', run => (run.peak / evenly).toFixed(2)],
    ['dials at once in one process', run => count(run.peakDials)],
    ['refusals by limits on dials', run => count(run.refusals)],
    ['missed the grace', run => `${((100 * run.late) / Math.max(run.total, 1)).toFixed(2)} %`],
  ]
  return toColumns([['', 'without pacing', 'with pacing'], ...rows.map(([name, of]) => [name, of(unpaced), of(paced)])])
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}

function seconds(ms: number): string {
  return String(ms / 1_000)
}
