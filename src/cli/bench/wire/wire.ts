import type { Spread } from '../spread.js'
import { measurePairs } from './wire-paired.js'
import { createDecoderReader, createHostReader, createTapReader, type WireReader } from './wire-readers.js'
import { createWireWorkloads, type WireWorkload } from './wire-workloads.js'

/** How the wire benchmark runs. */
export interface WireBenchOptions {
  /** How many bytes each workload has. Default 4 MiB. */
  readonly sizeBytes?: number
  /** How many pairs of runs are measured for each row. Default 11. */
  readonly pairs?: number
  /** How long one run takes at least, in milliseconds. Default 20. */
  readonly runMs?: number
}

/** One comparison with the decoder inside `@redis/client`. */
export interface WireRow {
  readonly name: string
  /** What `ours` and `theirs` count; more is better. */
  readonly unit: string
  readonly ours: number
  readonly theirs: number
  /** How many times faster ours is. */
  readonly ratio: Spread
  /** What the median of the ratio must reach. */
  readonly target: number
  readonly pass: boolean
}

const MEGABYTE = 1024 * 1024

/**
 * Measures the push tap and the decoder against the decoder inside the installed `@redis/client`, in one process and in
 * alternating runs.
 *
 * @throws Error when the two sides do not see the same frames, or the host has no decoder where it is expected.
 */
export function benchWire(options: WireBenchOptions = {}): WireRow[] {
  const { sizeBytes = 4 * MEGABYTE, pairs = 11, runMs = 20 } = options
  return createWireWorkloads(sizeBytes).flatMap(workload => [
    compare(createTapReader(), 'tap', { workload, pairs, runMs }),
    compare(createDecoderReader(), 'decoder', { workload, pairs, runMs }),
  ])
}

interface Comparison {
  readonly workload: WireWorkload
  readonly pairs: number
  readonly runMs: number
}

function compare(reader: WireReader, kind: 'tap' | 'decoder', { workload, pairs, runMs }: Comparison): WireRow {
  const host = createHostReader()
  for (const side of [reader, host]) checkCounts(side, workload)
  const ours = (): void => readAll(reader, workload)
  const theirs = (): void => readAll(host, workload)
  const { oursMs, theirsMs, ratio } = measurePairs({ ours, theirs, pairs, runMs })
  const bytes = workload.chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  const perMs = bytes / MEGABYTE
  const target = workload.targets[kind]
  return {
    name: `${kind}: ${workload.name}`,
    unit: 'MiB/s',
    ours: (perMs / oursMs) * 1000,
    theirs: (perMs / theirsMs) * 1000,
    ratio,
    target,
    pass: ratio.median >= target,
  }
}

function readAll(reader: WireReader, workload: WireWorkload): void {
  for (const chunk of workload.chunks) reader.read(chunk)
}

function checkCounts(reader: WireReader, workload: WireWorkload): void {
  readAll(reader, workload)
  const { replies, pushes } = reader.counts()
  if (replies === workload.replies && pushes === workload.pushes) return
  throw new Error(`${reader.name} saw ${replies} replies and ${pushes} pushes of ${workload.name}`)
}
