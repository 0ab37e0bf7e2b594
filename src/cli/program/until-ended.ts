import { systemClock } from '../../base/clock.js'

/** Resolves when the signal is aborted, or the time is over where there is one. Keeps the process alive meanwhile. */
export function untilEnded(signal: AbortSignal, afterMs?: number): Promise<void> {
  return new Promise(resolve => {
    // The longest that a timer can take: about 25 days.
    const timer = systemClock.after(afterMs ?? 2_147_483_647, end, true)
    function end(): void {
      timer.dispose()
      signal.removeEventListener('abort', end)
      resolve()
    }
    if (signal.aborted) end()
    else signal.addEventListener('abort', end)
  })
}
