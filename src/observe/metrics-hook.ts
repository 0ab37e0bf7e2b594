import type { HookedType } from '../core/events/hooked-notification.js'
import type { MaintHook } from '../core/events/maint-hook.js'
import { outcomeOf } from './measurements.js'

/** What became of the notifications of one type, and of the hand-offs that they led to. */
export interface HookCounts {
  /** By what became of them: `handled`, or why they were ignored. */
  readonly outcomes: Readonly<Record<string, number>>
  /** By how they ended. */
  readonly handoffs: Readonly<Record<string, number>>
  /** From the notification to the end of its hand-off, in milliseconds: all of them together. */
  readonly totalMs: number
  /** The longest of them, in milliseconds. */
  readonly longestMs: number
  /** What the last hand-off that failed failed with; `undefined` where none did. */
  readonly lastError: unknown
}

/** A hook that counts, and what it has counted. */
export interface MetricsHook extends MaintHook {
  /** The counts so far, by the type of notification. Types that did not come are left out. */
  counts(): Readonly<Partial<Record<HookedType, HookCounts>>>
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

interface Tally extends Mutable<Omit<HookCounts, 'outcomes' | 'handoffs'>> {
  readonly outcomes: Record<string, number>
  readonly handoffs: Record<string, number>
}

/**
 * A hook that counts notifications, hand-offs, how long they took and what failed, without any library.
 *
 * @example
 * ```ts
 * const metrics = createMetricsHook()
 * client.maint.hooks.use(metrics)
 * console.log(metrics.counts().moving?.handoffs)
 * ```
 */
export function createMetricsHook(): MetricsHook {
  const tallies = new Map<HookedType, Tally>()
  const tallyOf = (type: HookedType): Tally => {
    const known = tallies.get(type)
    if (known !== undefined) return known
    const tally: Tally = { outcomes: {}, handoffs: {}, totalMs: 0, longestMs: 0, lastError: undefined }
    tallies.set(type, tally)
    return tally
  }
  return {
    after({ type }, outcome) {
      count(tallyOf(type).outcomes, 'cause' in outcome ? outcome.cause : outcome.result)
    },
    handoffEnded({ type }, end) {
      const tally = tallyOf(type)
      count(tally.handoffs, outcomeOf(end))
      tally.totalMs += end.durationMs
      tally.longestMs = Math.max(tally.longestMs, end.durationMs)
      if (end.result === 'failed') tally.lastError = end.error
    },
    counts: () =>
      Object.fromEntries(
        [...tallies].map(([type, tally]) => [
          type,
          { ...tally, outcomes: { ...tally.outcomes }, handoffs: { ...tally.handoffs } },
        ]),
      ),
  }
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}
