import type { CapturedCommand } from '../play/commands-in.js'
import type { Latency } from './report-model.js'

/** Commands that are to take long. */
const BLOCKING = /^(?:B[LRZ]|WAIT|XREAD|MONITOR|SUBSCRIBE)/

/** How many slices a recording has. */
const SLICES = 240

/** How long commands took until they were answered, without those that block. */
export function latencyOf(commands: readonly CapturedCommand[], durationMs: number): Latency {
  const answered = commands.filter(({ name, answeredAt }) => answeredAt !== undefined && !BLOCKING.test(name))
  const durations = answered.map(({ at, answeredAt = at }) => answeredAt - at).sort((one, other) => one - other)
  const slices = new Array<number>(SLICES).fill(0)
  for (const { at, answeredAt = at } of answered) {
    const slice = Math.min(SLICES - 1, Math.floor((answeredAt / Math.max(durationMs, 1)) * SLICES))
    slices[slice] = Math.max(slices[slice] ?? 0, answeredAt - at)
  }
  return { p50: quantile(durations, 0.5), p99: quantile(durations, 0.99), most: durations.at(-1) ?? 0, slices }
}

/** The value that a part of sorted values does not exceed; 0 of none. */
function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? 0
}
