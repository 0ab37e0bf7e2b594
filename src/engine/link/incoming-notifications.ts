import type { Clock } from '../../base/clock.js'
import { hasOpenWindow } from '../../core/decide/link-state.js'
import type { ConnectionId } from '../../core/decide/phase.js'
import type { Hooks } from '../../core/events/hooks.js'
import { type MaintSignal, toNotification } from '../../core/events/signal.js'
import { decodePush } from '../../notifications/decode.js'
import { closes } from '../../notifications/identity.js'
import type { MaintenanceNotification } from '../../notifications/notification.js'
import type { ConnectionMonitors } from './connection-monitors.js'
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

/** A notification, from the server or from somebody who knew. */
export interface Told {
  readonly connection: ConnectionId
  readonly notification: MaintenanceNotification
  /** What identifies its event, where that is not the server's number. */
  readonly id?: string | number | undefined
}

/** Who acts on a notification. */
export interface Recipients {
  readonly shell: Shell
  readonly monitors: Pick<ConnectionMonitors, 'recheck'>
}

/** Passes a notification on to those who act on it. */
export function passOn({ shell, monitors }: Recipients, { connection, notification, id }: Told): void {
  const wasOpen = hasOpenWindow(shell.link)
  shell.notify(connection, notification, id)
  // The node that took over may have another address, and the name may follow late.
  if (wasOpen && closes(notification) !== undefined) monitors.recheck()
}

/** A link, as far as signals go. */
export interface SignalRecipients extends Recipients {
  readonly current: { readonly id: ConnectionId } | undefined
}

/**
 * Passes on what an application learned elsewhere, as if the server had said it; without a connection nothing is done.
 *
 * @throws HitlessError `SIGNAL_INVALID`.
 */
export function passSignalOn(recipients: readonly SignalRecipients[], signal: MaintSignal, clock: Clock): void {
  const notification = toNotification(signal, clock.now())
  for (const link of recipients) {
    if (link.current !== undefined) passOn(link, { connection: link.current.id, notification, id: signal.id })
  }
}
