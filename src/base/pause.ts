import type { Clock } from './clock.js'

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
