import type { Clock } from '../../base/clock.js'
import type { ConnectionId } from '../../core/decide/phase.js'
import type { Hooks } from '../../core/events/hooks.js'
import { type MaintSignal, toNotification } from '../../core/events/signal.js'
import { decodePush } from '../../notifications/decode.js'
import type { MaintenanceNotification } from '../../notifications/notification.js'
import type { Shell } from './shell.js'

/** Where a push came from, and who is to be told. */
export interface PushContext {
  readonly notify: (notification: MaintenanceNotification) => void
  readonly hooks: Hooks
  readonly clock: Clock
}

/**
 * Takes a push that the host itself has no use for. Nothing that a server sends can make it throw: it runs in the host's
 * read path.
 *
 * @returns whether it was a maintenance notification.
 */
export function receivePush(items: readonly unknown[], { notify, hooks, clock }: PushContext): boolean {
  const result = decodePush(items, clock.now())
  switch (result.outcome) {
    case 'accepted':
      notify(result.notification)
      return true
    case 'rejected':
      hooks.emit({ name: 'notification:rejected', payload: result })
      return true
    default:
      hooks.emit({ name: 'notification:unrecognised', payload: result })
      return false
  }
}

/** A link, as far as signals go. */
export interface SignalRecipient {
  readonly shell: Shell
  readonly current: { readonly id: ConnectionId } | undefined
}

/**
 * Passes on what an application learned elsewhere, as if the server had said it; without a connection nothing is done.
 *
 * @throws HitlessError `SIGNAL_INVALID`.
 */
export function passSignalOn(recipients: readonly SignalRecipient[], signal: MaintSignal, clock: Clock): void {
  const notification = toNotification(signal, clock.now())
  for (const { shell, current } of recipients) {
    if (current !== undefined) shell.notify(current.id, notification, signal.id)
  }
}
