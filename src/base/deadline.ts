import type { Clock } from './clock.js'

/** How long something may take, and what happens then. */
export interface Deadline<T> {
  readonly clock: Clock
  readonly withinMs: number
  /** Returns the result in place of the late one, or throws. */
  readonly onLate: () => T
}

/** Waits for a promise up to a deadline. A late result is dropped. */
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
    promise.then(
      result => {
        timer.dispose()
        resolve(result)
      },
      error => {
        timer.dispose()
        reject(error)
      },
    )
  })
}
