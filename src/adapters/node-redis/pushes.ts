import type { Clock } from '../../base/clock.js'
import type { Hooks } from '../../core/hooks.js'
import type { Shell } from '../../core/shell.js'
import type { Generation } from '../../core/slot-state.js'
import { decodePush } from '../../notifications/decode.js'

/** Where a push came from, and who is to be told. */
export interface PushContext {
  readonly generation: Generation
  readonly shell: Shell
  readonly hooks: Hooks
  readonly clock: Clock
}

/**
 * Takes a push that the host itself has no use for. Nothing that a server sends can make it throw: it runs in the host's
 * read path.
 *
 * @returns whether it was a maintenance notification.
 */
export function receivePush(items: readonly unknown[], { generation, shell, hooks, clock }: PushContext): boolean {
  const result = decodePush(items, clock.now())
  switch (result.outcome) {
    case 'accepted':
      shell.notify(generation, result.notification)
      return true
    case 'rejected':
      hooks.emit({ name: 'notification:rejected', payload: result })
      return true
    default:
      hooks.emit({ name: 'notification:unrecognised', payload: result })
      return false
  }
}
