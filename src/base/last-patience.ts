import type { Clock, Timer } from './clock.js'

/** How long the last answers are waited for when something is closed. */
export interface LastPatience {
  readonly clock: Clock
  /** When something was last heard from those that owe answers, in clock milliseconds. */
  readonly heardAt: () => number
}

/** How long a silence may be while something is closed, and how long closing may take in all, in milliseconds. */
const CLOSING = { silenceMs: 5_000, longestMs: 30_000 } as const

/**
 * Waits for the last answers before something is ended: until nothing was heard for 5 s, and at most 30 s. Resolves with
 * `undefined` when the time is over.
 */
export function waitForLast<T>(promise: Promise<T>, { clock, heardAt }: LastPatience): Promise<T | undefined> {
  const beganAt = clock.now()
  return new Promise((resolve, reject) => {
    let timer: Timer | undefined
    const look = (): void => {
      const now = clock.now()
      const endsAt = Math.min(Math.max(beganAt, heardAt()) + CLOSING.silenceMs, beganAt + CLOSING.longestMs)
      if (now >= endsAt) resolve(undefined)
      // The application waits for it.
      else timer = clock.after(endsAt - now, look, true)
    }
    look()
    promise.then(resolve, reject).finally(() => timer?.dispose())
  })
}
