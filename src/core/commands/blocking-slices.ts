import { hasValidTimeout, isBound, timeoutMsOf, withTimeLeft, withTimeout } from './blocking-timeout.js'

/**
 * How long a slice of a blocking command blocks, in milliseconds: a hand-off waits for its end, and from then on its answer is
 * owed.
 */
const SLICE_MS = 1_000

/** Old servers know whole seconds only. */
const WHOLE_SECOND_MS = 1_000

/**
 * The first slice of a blocking command; `undefined` where it does not block for longer anyway, or does not say in a known
 * place how long.
 */
export function firstSlice(args: readonly unknown[]): readonly unknown[] | undefined {
  return hasValidTimeout(args) && timeoutMsOf(args) > SLICE_MS ? withTimeout(args, SLICE_MS) : undefined
}

/**
 * The command with the time that is left after some of its slices: never less than that, and in whole seconds where it was given
 * in those.
 */
export function afterSlices(args: readonly unknown[], elapsedMs: number): readonly unknown[] {
  const isWhole = timeoutMsOf(args) % WHOLE_SECOND_MS === 0
  return isWhole ? withTimeLeft(args, elapsedMs, WHOLE_SECOND_MS) : withTimeLeft(args, elapsedMs)
}

/** Whether the answer to a slice says only that it is over. */
export function isSliceOver(args: readonly unknown[], reply: unknown): boolean {
  if (!isBound(args)) return reply === null
  // WAIT and WAITAOF answer what was reached of what was wanted.
  const reached = Array.isArray(reply) ? reply : [reply]
  return reached.some((count, index) => Number(count) < Number(String(args[index + 1])))
}
