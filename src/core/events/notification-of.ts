import type { HookedNotification } from './hooked-notification.js'
import type { BareEvent } from './maint-events.js'

/** The notification that an event tells of, also where nothing was done about it; of Azure's, only the latter. */
export function notificationOf({ name, payload }: BareEvent): HookedNotification | undefined {
  switch (name) {
    case 'moving':
    case 'migrating':
    case 'migrated':
    case 'failing-over':
    case 'failed-over':
    case 'slots-migrating':
    case 'slots-migrated':
      return payload
    case 'notification:ignored':
      return payload.notification
    default:
      return undefined
  }
}
