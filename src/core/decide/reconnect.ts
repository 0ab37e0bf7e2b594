import type { Draft } from './draft.js'
import type { Flaps } from './flapping.js'
import type { PausingState } from './phase.js'
import { dropOwnRelaxations } from './windows/maintenance-windows.js'
import { forgetPausedWrites } from './windows/paused-writes.js'

/** Nothing serves any more: the user's strategy decides how it goes on. */
export function askStrategy(draft: Draft, pause: Omit<PausingState, 'state'>, flaps?: Flaps): void {
  const { retries, cause } = pause
  dropOwnRelaxations(draft)
  forgetPausedWrites(draft)
  draft.enter({ state: 'pausing', ...pause })
  draft.do({ type: 'pause-commands' }, { type: 'ask-strategy', retries, cause, flaps })
}
