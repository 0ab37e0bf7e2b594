import { type Clock, systemClock } from '../../base/clock.js'
import { pause as pauseBy } from '../../base/pause.js'

/** Resolves after a while. Keeps the process alive until then. */
export function pause(forMs: number, clock: Clock = systemClock): Promise<void> {
  return pauseBy(clock, forMs, true)
}

/** Asks every `everyMs` until the answer is yes or the time is over. Resolves with whether it was yes. */
export async function waitUntil(
  holds: () => boolean,
  { withinMs, everyMs, clock = systemClock }: { withinMs: number; everyMs: number; clock?: Clock },
): Promise<boolean> {
  const endsAt = clock.now() + withinMs
  while (!holds()) {
    if (clock.now() >= endsAt) return false
    await pause(everyMs, clock)
  }
  return true
}
