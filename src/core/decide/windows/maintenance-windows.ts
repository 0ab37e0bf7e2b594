import { closes, type StarterType } from '../../../notifications/event-identity.js'
import type {
  FailingOverNotification,
  MaintenanceNotification,
  MigratingNotification,
  Sequence,
  SlotsMigratingNotification,
} from '../../../notifications/notification.js'
import { isFinished, noteFinished } from '../../slots/finished-moves.js'
import type { Draft } from '../draft.js'
import type { Move } from '../phase.js'
import {
  addRelaxation,
  endRelaxations,
  expireRelaxations,
  NO_RELAXATIONS,
  nextExpiry,
  type Relaxation,
  type RelaxationCause,
  type Relaxations,
} from './relaxations.js'

/** Opens a window: timeouts are relaxed until its end is told, or its time is over. */
export function openWindow(
  draft: Draft,
  identity: string,
  notification: MigratingNotification | FailingOverNotification | SlotsMigratingNotification,
): void {
  const lastsMs = notification.graceMs + draft.policy.windowMaxMs[notification.type]
  const { type: cause, sequence } = notification
  const shards = 'shards' in notification ? notification.shards : []
  const expiresAt = draft.now + lastsMs
  relax(draft, { key: identity, cause, expiresAt, sequence, shards, window: { beganAt: draft.now, endsAt: expiresAt } })
}

/** Whether the start of a window is told behind its own end, as far as that can be known: of slots that move. */
export function isBehindItsEnd({ link, now }: Draft, notification: MaintenanceNotification): boolean {
  return notification.type === 'slots-migrating' && isFinished(link.finishedMoves, notification, now)
}

/** Remembers the end of a window, so that its start opens nothing where it is told later. */
export function noteEnd(draft: Draft, notification: MaintenanceNotification): void {
  if (notification.type !== 'slots-migrated') return
  draft.update({ finishedMoves: noteFinished(draft.link.finishedMoves, notification, draft.now) })
}

/** Keeps timeouts relaxed for something that was announced elsewhere, unless the link is not in use. */
export function relaxFor(draft: Draft, key: string, forMs: number): void {
  if (draft.link.phase.state === 'idle') return
  const expiresAt = draft.now + forMs
  relax(draft, { key, cause: 'announced', expiresAt, window: { beganAt: draft.now, endsAt: expiresAt } })
}

/** Keeps timeouts relaxed while a hand-off is possible. Where a server announced it, that is a window. */
export function relaxForMove(
  draft: Draft,
  { identity, deadlineAt, receivedAt, reason }: Pick<Move, 'identity' | 'deadlineAt' | 'receivedAt' | 'reason'>,
  sequence: Sequence | undefined,
): void {
  const relaxation = { key: identity, cause: 'moving', expiresAt: deadlineAt + draft.policy.tailMs } as const
  const window = { beganAt: receivedAt, endsAt: deadlineAt }
  relax(draft, reason === 'moving' ? { ...relaxation, sequence, window } : relaxation)
}

/**
 * Closes the windows that a notification ends.
 *
 * @returns whether any was open. If none was, the notification is a replay: servers keep the last completion and send it
 * to every newcomer, for hours.
 */
export function closeWindows(draft: Draft, notification: MaintenanceNotification): boolean {
  const starter = closes(notification)
  if (starter === undefined) return false
  const keys = [...draft.link.relaxations.values()]
    .filter(relaxation => isEndedBy(relaxation, starter, notification))
    .map(({ key }) => key)
  if (keys.length === 0) return false
  endRelaxed(draft, keys, draft.policy.windowTailMs)
  return true
}

/** Ends relaxations by key, leaving the tail. */
export function releaseRelaxations(draft: Draft, keys: readonly string[]): void {
  endRelaxed(draft, keys, draft.policy.tailMs)
}

/** Drops every relaxation. */
export function dropRelaxations(draft: Draft): void {
  replaceRelaxations(draft, NO_RELAXATIONS)
}

/**
 * Drops the relaxations that concerned a lost connection. What was announced elsewhere concerns the next connection
 * too.
 */
export function dropOwnRelaxations(draft: Draft): void {
  const left = [...draft.link.relaxations].filter(([, { cause }]) => cause === 'announced')
  replaceRelaxations(draft, left.length === 0 ? NO_RELAXATIONS : new Map(left))
}

/** Drops the relaxations whose time is over. */
export function expireWindows(draft: Draft): void {
  const left = expireRelaxations(draft.link.relaxations, draft.now)
  // Node counts whole milliseconds, so its timers may fire a little early. Then another timer waits for the rest.
  if (left === draft.link.relaxations) scheduleExpiry(draft)
  else replaceRelaxations(draft, left)
}

function endRelaxed(draft: Draft, keys: readonly string[], tailMs: number): void {
  replaceRelaxations(draft, endRelaxations(draft.link.relaxations, keys, draft.now + tailMs))
}

function relax(draft: Draft, added: Relaxation): void {
  replaceRelaxations(draft, addRelaxation(draft.link.relaxations, added), added.cause)
}

function replaceRelaxations(draft: Draft, relaxations: Relaxations, cause: RelaxationCause = 'tail'): void {
  const wasRelaxed = draft.link.relaxations.size > 0
  if (relaxations === draft.link.relaxations) return
  draft.update({ relaxations })
  scheduleExpiry(draft)
  if (draft.policy.dryRun === true) {
    // The set is kept all the same: by it the end of a window is recognised.
    if (!wasRelaxed && relaxations.size > 0) draft.emit('action:withheld', { action: 'relax', cause })
    return
  }
  if (wasRelaxed && cause === 'announced') draft.do({ type: 'relax' })
  if (!wasRelaxed && relaxations.size > 0) {
    draft.do({ type: 'relax' })
    draft.emit('timeouts:relaxed', { cause })
  } else if (wasRelaxed && relaxations.size === 0) {
    draft.do({ type: 'restore' })
    draft.emit('timeouts:restored', {})
  }
}

function scheduleExpiry(draft: Draft): void {
  const expiresAt = nextExpiry(draft.link.relaxations)
  if (expiresAt === undefined) draft.do({ type: 'cancel', timer: 'relaxations' })
  else draft.do({ type: 'schedule', timer: 'relaxations', afterMs: expiresAt - draft.now })
}

/**
 * A completion ends the windows of its starter type that began before it and that it covers. Where one of the two names
 * no shards, it concerns all of them.
 */
function isEndedBy(relaxation: Relaxation, starter: StarterType, notification: MaintenanceNotification): boolean {
  if (relaxation.cause !== starter) return false
  const { sequence } = notification
  if (relaxation.sequence !== undefined && sequence !== undefined && relaxation.sequence > sequence) return false
  const ended = 'shards' in notification ? notification.shards : []
  const { shards = [] } = relaxation
  return shards.length === 0 || ended.length === 0 || shards.some(shard => ended.includes(shard))
}
