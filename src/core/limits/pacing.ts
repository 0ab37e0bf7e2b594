import { createSeededRandom } from '../../base/random.js'

/** What the start of one hand-off depends on. */
export interface PacingFacts {
  /** How long the server gives, in milliseconds. */
  readonly windowMs: number
  /** Decides where in the window; any integer. The same seed always gives the same delay. */
  readonly seed: number
  /**
   * The part of the window in which hand-offs start, from 0 (all at once) to 1.
   *
   * @defaultValue `0.5`
   */
  readonly share?: number
}

/** What makes one process of a fleet different from the others. */
export interface Instance {
  /** The name of the host, container or pod. */
  readonly host: string
  /** The process on that host: a process id, or another text that differs between processes. */
  readonly process: number | string
}

const DEFAULT_SHARE = 0.5

/** The reserve for the last ones to dial: a part of the window, and its bound in milliseconds. */
const DIAL_RESERVE = { part: 0.1, mostMs: 1_000 } as const

/** In a shorter window there is nothing to spread, in milliseconds. */
const SHORTEST_WINDOW_MS = 2_000

/** The longest spread, in milliseconds, however long the window is. */
const WIDEST_SPREAD_MS = 60_000

/**
 * How long a hand-off waits before it starts, in whole milliseconds, so that a fleet that is told at once does not dial at
 * once.
 *
 * ```
 * reserve = min(windowMs / 10, 1 s)
 * spread  = min(windowMs × share − reserve, 60 s), at least 0; 0 in windows shorter than 2 s
 * delay   = floor(u × spread), where u in [0, 1) is the first number of the source seeded with `seed`
 * ```
 *
 * In a window of 15 s with a share of one half, hand-offs start evenly over the first 6.5 s. The last one has 8.5 s for
 * its dial, its retries and the last resort. A quarter, the default of clients, spreads them over 2.75 s.
 */
export function startDelayMs({ windowMs, seed, share = DEFAULT_SHARE }: PacingFacts): number {
  if (!(windowMs >= SHORTEST_WINDOW_MS)) return 0
  const partMs = windowMs * Math.min(Math.max(share, 0), 1)
  const reserveMs = Math.min(windowMs * DIAL_RESERVE.part, DIAL_RESERVE.mostMs)
  const spreadMs = Math.min(Math.max(partMs - reserveMs, 0), WIDEST_SPREAD_MS)
  return Math.floor(createSeededRandom(seed)() * spreadMs)
}

/** The seed of a process: the same after each restart under the same name, another one on each host. */
export function instanceSeed({ host, process }: Instance): number {
  return fnv1a(`${host}/${process}`)
}

/**
 * The seed of one hand-off of a process.
 *
 * @param of - Which one: the event and the link, so that no process and no link comes last every time.
 */
export function deriveSeed(seed: number, of: string): number {
  return fnv1a(`${seed >>> 0}/${of}`)
}

/** The 32-bit FNV-1a hash of a text's UTF-16 code units, low byte first. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193)
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193)
  }
  return hash >>> 0
}
