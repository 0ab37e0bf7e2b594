import { type Clock, systemClock, type Timer } from '../../base/clock.js'
import type { CaptureEntry } from '../format/capture.js'

/** How a capture is played. */
export interface PlayOptions {
  /** Called with each entry when its time has come. */
  readonly onEntry: (entry: CaptureEntry) => void
  /** How many times faster than it was recorded. Default 1; `Infinity` plays all of it at once. */
  readonly speed?: number
  /** Default the process's own; a virtual one plays in no time. */
  readonly clock?: Clock
}

/** A capture that is being played. */
export interface Playing {
  /** Resolves when the last entry was played, or it was stopped. */
  readonly ended: Promise<void>
  /** Plays no more of it. */
  stop(): void
}

/** Plays the entries of a capture in order, each at its time, from the first one on. */
export function playCapture(
  entries: readonly CaptureEntry[],
  { onEntry, speed = 1, clock = systemClock }: PlayOptions,
): Playing {
  const startedAt = clock.now()
  const firstAt = entries[0]?.at ?? 0
  let timer: Timer | undefined
  let next = 0
  let end: () => void = () => {}
  const ended = new Promise<void>(resolve => {
    end = resolve
  })
  const playDue = (): void => {
    const elapsedMs = clock.now() - startedAt
    for (let entry = entries[next]; entry !== undefined; entry = entries[next]) {
      const dueMs = Math.max(0, entry.at - firstAt) / speed
      if (dueMs > elapsedMs) {
        timer = clock.after(dueMs - elapsedMs, playDue, true)
        return
      }
      next += 1
      onEntry(entry)
    }
    end()
  }
  playDue()
  return {
    ended,
    stop: () => {
      next = entries.length
      timer?.dispose()
      end()
    },
  }
}
