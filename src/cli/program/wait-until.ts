import { type Clock, systemClock } from '../../base/clock.js'
import { pause } from '../../base/pause.js'

/**
 * Asks every `everyMs` until the answer is yes or the time is over, and keeps the process alive meanwhile. Resolves with
 * whether it was yes.
 */
export async function waitUntil(
  holds: () => boolean,
  { withinMs, everyMs, clock = systemClock }: { withinMs: number; everyMs: number; clock?: Clock },
): Promise<boolean> {
  const endsAt = clock.now() + withinMs
  while (!holds()) {
    if (clock.now() >= endsAt) return false
    await pause(clock, everyMs, true)
  }
  return true
}
