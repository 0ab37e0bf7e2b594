import { onDialFailed, onLost, onRetry } from './connection-inputs.js'
import type { Draft } from './draft.js'
import { currentConnection } from './draft.js'
import { onFenced } from './handoff/handoff-steps.js'
import { onProbed } from './handoff/probe.js'
import { onReleased } from './handoff/release.js'
import type { Effect } from './link-state.js'

/** The pause before the next attempt where the reconnect strategy could not be asked, in milliseconds. */
const UNASKED_PAUSE_MS = 1_000

/** An effect threw while it was performed: reports it, and enters the state that is safe without it. */
export function onEffectFailed(draft: Draft, effect: Effect, error: unknown): void {
  reportFailure(draft, effect, error)
  switch (effect.type) {
    case 'dial':
      draft.do({ type: 'discard', connection: effect.connection })
      return onDialFailed(draft, effect.connection, error)
    case 'await-release':
      return onReleased(draft, effect)
    case 'fence':
      return onFenced(draft, { ...effect, drained: false })
    case 'probe':
      return onProbed(draft, effect.connection, true)
    case 'resume':
      return onNotResumed(draft, effect.connection, error)
    case 'drain':
      return draft.do({ type: 'discard', connection: effect.connection })
    case 'ask-strategy':
      return onRetry(draft, { afterMs: UNASKED_PAUSE_MS })
    default:
    // Nothing waits for the others.
  }
}

/** Reports that an effect threw. A report that could not be told is not told again. */
export function reportFailure(draft: Draft, effect: Effect, error: unknown): void {
  if (effect.type === 'emit' && effect.event.name === 'internal:failed') return
  draft.emit('internal:failed', { during: effect.type, error })
}

/**
 * A connection that cannot take over counts as lost. It is replaced after a pause, since the next one may fail in the
 * same way.
 */
function onNotResumed(draft: Draft, connection: number, error: unknown): void {
  if (connection !== currentConnection(draft.link.phase)) return
  draft.do({ type: 'discard', connection })
  onLost(draft, connection, { cause: error, immediate: false })
}
