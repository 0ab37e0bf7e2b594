import type { MaintenanceNotification } from '../../../notifications/notification.js'
import type { IgnoreCause } from '../../events/hooked-notification.js'
import type { Draft } from '../draft.js'
import { beginMove } from '../handoff/begin-handoff.js'
import type { ConnectionId, MoveOrder } from '../phase.js'

/** A notification, and the connection that it came on. */
interface Received {
  readonly connection: ConnectionId
  readonly notification: MaintenanceNotification
  /** Why it changes nothing. Default: it was handled. */
  readonly ignored?: IgnoreCause
}

/** Tells hooks what becomes of a notification. The hand-off of the draft is the one that a move led to. */
export function settle(draft: Draft, { connection, notification, ignored }: Received): void {
  const handoff = ignored === undefined && notification.type === 'moving' ? draft.handoff : undefined
  draft.do({ type: 'settle-notification', notification, connection, handoff, ignored })
}

/** A notification changes nothing. */
export function ignore(draft: Draft, received: Received, cause: IgnoreCause): void {
  const { connection, notification } = received
  draft.emit('notification:ignored', { notification, cause }, connection)
  settle(draft, { connection, notification, ignored: cause })
}

/** Acts on a MOVING. */
export function beginOrdered(draft: Draft, current: ConnectionId, order: MoveOrder): void {
  beginMove(draft, current, order)
  settle(draft, { connection: order.connection, notification: order.moving })
}

/** Nothing will be done about a MOVING: the connection that it came on does not serve, and will not. */
export function ignoreOrder(draft: Draft, { connection, moving }: MoveOrder): void {
  ignore(draft, { connection, notification: moving }, 'stale')
}
