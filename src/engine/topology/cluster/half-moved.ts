import { backoffMs } from '../../../base/backoff.js'
import type { Clock } from '../../../base/clock.js'
import { pause } from '../../../base/pause.js'

/** The pauses before something is sent again of which only some keys have moved, in milliseconds: 16 of them are 6 s. */
const PAUSES = { firstMs: 20, longestMs: 500 } as const

/** Whether a node refuses something since only some of its keys have moved: no node serves them now. */
export function isHalfMoved(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('TRYAGAIN')
}

/**
 * Waits until more of the keys may have moved.
 *
 * @param failures - How often it was refused before.
 */
export function awaitKeys(clock: Clock, failures: number): Promise<void> {
  return pause(clock, backoffMs(PAUSES, failures), true)
}
