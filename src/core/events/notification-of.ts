import type { AzureNotification } from '../../notifications/azure-notification.js'
import type { MaintenanceNotification } from '../../notifications/notification.js'
import type { HookedNotification } from './hooked-notification.js'
import type { BareEvent } from './maint-events.js'

/** The notification that an event tells of, also where nothing was done about it. */
export function notificationOf({ name, payload }: BareEvent): MaintenanceNotification | undefined {
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
      return isAzure(payload.notification) ? undefined : payload.notification
    default:
      return undefined
  }
}

function isAzure(notification: HookedNotification): notification is AzureNotification {
  return notification.type.startsWith('azure-')
}
