import type { Draft } from './draft.js'
import { dropOwnHolds } from './maintenance-windows.js'
import { forgetWritesHeld } from './paused-writes.js'
import type { PausingState } from './phase.js'

/** Nothing serves any more: the user's strategy decides how it goes on. */
export function askStrategy(draft: Draft, pause: Omit<PausingState, 'state'>): void {
  const { retries, cause } = pause
  dropOwnHolds(draft)
  forgetWritesHeld(draft)
  draft.enter({ state: 'pausing', ...pause })
  draft.do({ type: 'hold-gate' }, { type: 'ask-strategy', retries, cause })
}
