/** A source of numbers in [0, 1). Injected, so that a scenario can be played twice. */
export type Random = () => number

/** The process's own source; not for secrets. */
export const systemRandom: Random = () => Math.random()

/**
 * A small deterministic source (mulberry32): the same seed gives the same numbers on every platform.
 *
 * @param seed - Any integer; only its low 32 bits count.
 */
export function createSeededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
