import type { Clock } from './clock.js'

/** How long something may take, and what becomes of it then. */
export interface Deadline<T> {
  readonly clock: Clock
  readonly withinMs: number
  /** Gives the result in place of the late one, or throws the error of it. */
  readonly onLate: () => T
}

/** Waits for a promise, but no longer than told. A late result is dropped. */
export function withDeadline<T>(promise: Promise<T>, { clock, withinMs, onLate }: Deadline<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => {
      try {
        resolve(onLate())
      } catch (error) {
        reject(error)
      }
    }
    const timer = clock.after(withinMs, late)
    promise.then(resolve, reject).finally(() => timer.dispose())
  })
}
