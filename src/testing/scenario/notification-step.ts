import { assertNever } from '../../base/assert-never.js'
import type { MaintenanceNotification } from '../../notifications/notification.js'
import type { Places } from './places.js'
import type { NotifyStep } from './scenario.js'

/** What a notification holds besides what the step says. */
export interface Telling {
  /** The time to announce, in milliseconds: for a repeated one it is what is left. Default 0. */
  readonly graceMs: number | undefined
  readonly now: number
  readonly places: Places
}

/** The notification that a step of a scenario tells of, as it is decoded. */
export function toNotification(step: NotifyStep, { graceMs = 0, now, places }: Telling): MaintenanceNotification {
  const { shards = [], slots = [] } = step
  const common = { sequence: step.sequence ?? undefined, receivedAt: now, raw: [] }
  switch (step.kind) {
    case 'moving': {
      const endpoint = typeof step.endpoint === 'string' ? places.endpointOf(step.endpoint) : null
      return { type: step.kind, ...common, graceMs, endpoint }
    }
    case 'migrating':
    case 'failing-over':
      return { type: step.kind, ...common, graceMs, shards }
    case 'migrated':
    case 'failed-over':
      return { type: step.kind, ...common, shards }
    case 'slots-migrating':
      return { type: step.kind, ...common, graceMs, slots }
    case 'slots-migrated': {
      const moves = (step.moves ?? []).map(move => ({
        source: places.endpointOf(move.source),
        target: places.endpointOf(move.target),
        slots: move.slots,
      }))
      return { type: step.kind, ...common, moves }
    }
    default:
      return assertNever(step.kind)
  }
}
