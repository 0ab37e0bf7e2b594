import type { AzureNotification, AzureNotificationType } from '../../notifications/azure-notification.js'
import type { MaintenanceNotification } from '../../notifications/notification.js'

/** What hooks are asked about: what a server pushed, what a signal told, what Azure published. */
export type HookedNotification = MaintenanceNotification | AzureNotification

/** The type of a {@link HookedNotification}. */
export type HookedType = HookedNotification['type']

/** The notification of a type. */
export type NotificationOf<K extends HookedType> = K extends AzureNotificationType
  ? AzureNotification & { readonly type: K }
  : Extract<MaintenanceNotification, { readonly type: K }>

/**
 * Why a notification changes nothing. `duplicate`: this event was acted on before. `replay`: the end of a window that is
 * not open, as servers send it to newcomers. `skipped`: a hook said so. `stale`: its connection was left, or never
 * served. `dry-run`: the options allow only to tell what would be done.
 */
export type IgnoreCause = 'duplicate' | 'replay' | 'skipped' | 'stale' | 'dry-run'
