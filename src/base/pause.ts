import type { Clock } from './clock.js'
import type { Signal } from './light-signal.js'

/**
 * Resolves after some time.
 *
 * @param hold - Keeps the process alive until then; off by default.
 */
export function pause(clock: Clock, forMs: number, hold = false): Promise<void> {
  return new Promise(resolve => {
    clock.after(forMs, resolve, hold)
  })
}

/** The same, at once where a signal aborts. */
export function pauseUnlessAborted(clock: Clock, forMs: number, signal: Signal, hold = false): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise(resolve => {
    const end = (): void => {
      timer.dispose()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = clock.after(forMs, end, hold)
    signal.addEventListener('abort', end, { once: true })
  })
}
