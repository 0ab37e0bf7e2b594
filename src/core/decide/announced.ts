import type { MaintenanceNotification, MovingNotification } from '../../notifications/notification.js'
import type { MaintEvent } from '../events/maint-events.js'
import { beginMove } from './begin-handoff.js'
import type { Draft } from './draft.js'
import { nextGeneration, servingGeneration } from './draft.js'
import type { Input } from './link-state.js'
import { closeWindows, openWindow } from './maintenance-windows.js'
import type { Generation, MoveOrder } from './phase.js'
import { isRemembered, isRepetition, remember, rememberedMs } from './seen-events.js'

/** Acts on what the server said. */
export function onNotification(draft: Draft, input: Extract<Input, { type: 'notification' }>): void {
  const { generation, identity, notification } = input
  const { phase } = draft.slot
  const fresh = generation === servingGeneration(phase) || generation === nextGeneration(phase)
  if (!fresh) return draft.emit('notification:ignored', { notification, reason: 'stale' })
  if (isRepeated(draft, generation, identity)) {
    return draft.emit('notification:ignored', { notification, reason: 'duplicate' })
  }
  if (notification.type === 'moving') {
    return onMoving(draft, { identity, moving: notification, receivedAt: draft.now })
  }
  const expiresAt = draft.now + rememberedMs(identity)
  const { registry } = draft.slot
  draft.update({ registry: remember(registry, identity, { handling: 'done', generation, expiresAt, now: draft.now }) })
  act(draft, identity, notification)
}

/** A failed event may be tried again, but not at the cost of the hand-off that is under way for another. */
function isRepeated({ slot, now }: Draft, generation: Generation, identity: string): boolean {
  const { phase, registry } = slot
  if (!('move' in phase)) return isRepetition(registry, identity, { generation, now })
  return identity === phase.move.identity || isRemembered(registry, identity, now)
}

function onMoving(draft: Draft, order: MoveOrder): void {
  const { phase } = draft.slot
  const current = servingGeneration(phase)
  if (current !== undefined) return beginMove(draft, current, order)
  // It is not said again: whoever connects while the endpoint is about to go learns it during the handshake only.
  if (phase.state === 'connecting') return draft.enter({ ...phase, order })
  draft.emit('notification:ignored', { notification: order.moving, reason: 'stale' })
}

function act(draft: Draft, identity: string, notification: Exclude<MaintenanceNotification, MovingNotification>): void {
  switch (notification.type) {
    case 'migrating':
    case 'failing-over':
    case 'slots-migrating':
      tell(draft, notification)
      return openWindow(draft, identity, notification)
    default:
      if (closeWindows(draft, notification)) tell(draft, notification)
      else if (notification.type === 'slots-migrated') tell(draft, notification)
      else draft.emit('notification:ignored', { notification, reason: 'replay' })
  }
}

function tell(draft: Draft, notification: MaintenanceNotification): void {
  // A notification is told under its own type, so name and payload always agree.
  draft.do({ type: 'emit', event: { name: notification.type, payload: notification } as MaintEvent })
}
