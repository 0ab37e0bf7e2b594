import { upper } from './command-kind.js'
import { hasNewest } from './newest-entries.js'

/** Where a command names how long it may block, and in which unit. */
interface TimeoutPlace {
  readonly at: (args: readonly unknown[]) => number
  readonly unitMs: number
}

const LAST_SECONDS: TimeoutPlace = { at: args => args.length - 1, unitMs: 1_000 }
const BEHIND_SIDES_SECONDS: TimeoutPlace = { at: () => 5, unitMs: 1_000 }
const FIRST_SECONDS: TimeoutPlace = { at: () => 1, unitMs: 1_000 }
const BLOCK_OPTION: TimeoutPlace = { at: args => args.findIndex(arg => upper(arg) === 'BLOCK') + 1, unitMs: 1 }

const PLACES = new Map<string, TimeoutPlace>([
  ['BLPOP', LAST_SECONDS],
  ['BRPOP', LAST_SECONDS],
  ['BLMOVE', LAST_SECONDS],
  ['BLMOVEM', BEHIND_SIDES_SECONDS],
  ['BRPOPLPUSH', LAST_SECONDS],
  ['BZPOPMIN', LAST_SECONDS],
  ['BZPOPMAX', LAST_SECONDS],
  ['BLMPOP', FIRST_SECONDS],
  ['BZMPOP', FIRST_SECONDS],
  ['XREAD', BLOCK_OPTION],
  ['XREADGROUP', BLOCK_OPTION],
])

/** Commands that mean nothing on another connection. Their timeout is in milliseconds. */
const BOUND_PLACE: TimeoutPlace = { at: args => args.length - 1, unitMs: 1 }
const BOUND = new Set(['WAIT', 'WAITAOF'])

/** The shortest time that can be asked for again, in milliseconds; 0 would mean for ever. */
const SHORTEST_MS = 1

/** Whether it is known where a blocking command says how long it may block. */
export function knowsTimeout(args: readonly unknown[]): boolean {
  return placeOf(args) !== undefined
}

/**
 * Whether a blocking command means the same on another connection. WAIT and WAITAOF do not: they concern the writes of
 * their own connection. Of a command that only its server knows one that looks like a position in a stream might not.
 */
export function canReissue(args: readonly unknown[]): boolean {
  return !isBound(args) && (PLACES.has(upper(args[0])) || !hasNewest(args))
}

/** Whether a command concerns what was sent before it on its own connection. On another connection it means nothing. */
export function isBound(args: readonly unknown[]): boolean {
  return BOUND.has(upper(args[0]))
}

/** Whether a blocking command can be released and issued again from time to time, with the time that is left. */
export function canPause(args: readonly unknown[]): boolean {
  return PLACES.has(upper(args[0]))
}

/** How long a blocking command may block, in milliseconds; infinite where it blocks for ever, or it is not known. */
export function timeoutMsOf(args: readonly unknown[]): number {
  const timeoutMs = readTimeoutMs(args)
  return timeoutMs !== undefined && timeoutMs > 0 ? timeoutMs : Number.POSITIVE_INFINITY
}

/** Whether a blocking command says in a valid form how long it may block. */
export function hasValidTimeout(args: readonly unknown[]): boolean {
  const timeoutMs = readTimeoutMs(args)
  return timeoutMs !== undefined && Number.isFinite(timeoutMs) && timeoutMs >= 0
}

/**
 * The command with the time that is left of its own timeout. One that blocks for ever still does.
 *
 * @param elapsedMs - How long it has blocked already.
 * @param step - What the time is a multiple of, in milliseconds.
 */
export function withTimeLeft(
  args: readonly unknown[],
  elapsedMs: number,
  step: number = SHORTEST_MS,
): readonly unknown[] {
  const timeoutMs = readTimeoutMs(args)
  if (timeoutMs === undefined || !(timeoutMs > 0)) return args
  return withTimeout(args, Math.max(Math.ceil((timeoutMs - elapsedMs) / step), 1) * step)
}

/** The command with another timeout, in milliseconds. */
export function withTimeout(args: readonly unknown[], timeoutMs: number): readonly unknown[] {
  const place = placeOf(args)
  return place === undefined ? args : args.with(place.at(args), String(timeoutMs / place.unitMs))
}

/** The time that a blocking command names, in milliseconds; `undefined` where nobody knows where it does. */
function readTimeoutMs(args: readonly unknown[]): number | undefined {
  const place = placeOf(args)
  return place === undefined ? undefined : Number(String(args[place.at(args)])) * place.unitMs
}

function placeOf(args: readonly unknown[]): TimeoutPlace | undefined {
  return isBound(args) ? BOUND_PLACE : PLACES.get(upper(args[0]))
}
