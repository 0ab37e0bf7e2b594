import type { MaintenanceNotification, MovingNotification } from '../../notifications/notification.js'
import type { ActionWithheld } from '../events/withheld-action.js'
import type { Draft } from './draft.js'
import { HANDOFF_PROFILES } from './handoff/handoff-profile.js'
import type { Input } from './link-state.js'
import type { HandoffReason } from './phase.js'
import { CONFIGURED, toRoute } from './route.js'
import { closeWindows, isBehindItsEnd, noteEnd, openWindow, relaxForMove } from './windows/maintenance-windows.js'
import { ignore } from './windows/notification-outcome.js'
import { isRemembered, remember, rememberedMs } from './windows/seen-events.js'

/** What connections notice again and again is told once in this time, in milliseconds. */
const AGAIN_AFTER_MS = 120_000

/** Tells what would have been done. */
function withhold(draft: Draft, action: ActionWithheld): void {
  draft.emit('action:withheld', action)
}

/** Tells what a notification would have led to. Its window is noted, so that errors and the end of it are recognised. */
export function withholdReaction(draft: Draft, input: Extract<Input, { type: 'notification' }>): void {
  const { connection, identity, notification } = input
  const graceMs = 'graceMs' in notification ? notification.graceMs : 0
  const expiresAt = draft.now + graceMs + rememberedMs(identity)
  const seen = { handling: 'done', connection, expiresAt, now: draft.now } as const
  draft.update({ registry: remember(draft.link.registry, identity, seen) })
  ignore(draft, input, changes(draft, identity, notification) ? 'dry-run' : 'replay')
}

/** Tells of a hand-off that no server asked for, once for each connection and reason. */
export function withholdHandoff(draft: Draft, connection: number, reason: Exclude<HandoffReason, 'moving'>): void {
  const identity = `${reason} ${connection}`
  const { registry } = draft.link
  if (isRemembered(registry, identity, draft.now)) return
  const expiresAt = draft.now + AGAIN_AFTER_MS
  draft.update({ registry: remember(registry, identity, { handling: 'done', connection, expiresAt, now: draft.now }) })
  const { longestMs, pausesWrites } = HANDOFF_PROFILES[reason]
  if (pausesWrites) withhold(draft, { action: 'pause-writes', cause: 'not-writable' })
  const graceMs = Math.min(draft.policy.handoffDeadlineMs, longestMs)
  withhold(draft, { action: 'handoff', cause: reason, to: CONFIGURED, graceMs })
}

/** Whether a notification would have changed anything. */
function changes(draft: Draft, identity: string, notification: MaintenanceNotification): boolean {
  switch (notification.type) {
    case 'moving':
      withholdMove(draft, identity, notification)
      return true
    case 'migrating':
    case 'failing-over':
    case 'slots-migrating':
      if (isBehindItsEnd(draft, notification)) return false
      openWindow(draft, identity, notification)
      return true
    default:
      noteEnd(draft, notification)
      return closeWindows(draft, notification) || notification.type === 'slots-migrated'
  }
}

function withholdMove(draft: Draft, identity: string, { endpoint, graceMs, sequence }: MovingNotification): void {
  const grantedMs = graceMs || draft.policy.handoffDeadlineMs
  const move = { identity, deadlineAt: draft.now + grantedMs, receivedAt: draft.now, reason: 'moving' } as const
  relaxForMove(draft, move, sequence)
  withhold(draft, { action: 'handoff', cause: 'moving', to: toRoute(endpoint), graceMs: grantedMs })
}
