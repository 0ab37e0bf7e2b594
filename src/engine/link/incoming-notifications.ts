import type { Clock } from '../../base/clock.js'
import { hasOpenWindow } from '../../core/decide/link-state.js'
import type { Generation } from '../../core/decide/phase.js'
import type { Hooks } from '../../core/events/hooks.js'
import { type MaintSignal, toNotification } from '../../core/events/signal.js'
import { decodePush } from '../../notifications/decode.js'
import { closes } from '../../notifications/identity.js'
import type { MaintenanceNotification } from '../../notifications/notification.js'
import type { Vigil } from './connection-monitors.js'
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
  readonly generation: Generation
  readonly notification: MaintenanceNotification
  /** What identifies its event, where that is not the server's number. */
  readonly id?: string | number | undefined
}

/** Who acts on a notification. */
export interface Recipients {
  readonly shell: Shell
  readonly vigil: Pick<Vigil, 'recheck'>
}

/** Passes a notification on to those who act on it. */
export function passOn({ shell, vigil }: Recipients, { generation, notification, id }: Told): void {
  const wasOpen = hasOpenWindow(shell.slot)
  shell.notify(generation, notification, id)
  // The node that took over may have another address, and the name may follow late.
  if (wasOpen && closes(notification) !== undefined) vigil.recheck()
}

/** A slot, as far as signals go. */
export interface SignalRecipients extends Recipients {
  readonly current: { readonly id: Generation } | undefined
}

/**
 * Passes on what an application learned elsewhere, as if the server had said it; without a connection nothing is done.
 *
 * @throws HitlessError `SIGNAL_INVALID`.
 */
export function passSignalOn(recipients: readonly SignalRecipients[], signal: MaintSignal, clock: Clock): void {
  const notification = toNotification(signal, clock.now())
  for (const slot of recipients) {
    if (slot.current !== undefined) passOn(slot, { generation: slot.current.id, notification, id: signal.id })
  }
}
