import type { Clock } from '../../base/clock.js'
import { reactTo } from '../../core/azure/azure-reactions.js'
import { NO_AZURE_MAINTENANCE } from '../../core/azure/azure-state.js'
import type { Tell } from '../../core/events/tell.js'
import type { AzureNotification } from '../../notifications/azure-notification.js'
import type { AvailabilityStatus } from '../database/availability.js'
import { toPublic } from '../database/availability-report.js'
import type { AzureRejection } from '../database/azure-channel.js'
import type { DatabaseMember } from '../database/database.js'

const ALL = { relax: true, pauseWrites: true, reconnect: true, refresh: true } as const

/** Emits what becomes known about a database, once for each client or pool. */
export class EventForwarder implements DatabaseMember {
  readonly address = undefined
  readonly #clock: Clock
  readonly #tell: Tell
  #azure = NO_AZURE_MAINTENANCE

  constructor(clock: Clock, tell: Tell) {
    this.#clock = clock
    this.#tell = tell
  }

  leaveReplica(): void {
    // That concerns the members with connections.
  }

  onAvailability(status: AvailabilityStatus): void {
    this.#tell({ name: 'availability:changed', payload: toPublic(status, this.#clock) })
  }

  /** Every node publishes each announcement. Copies are dropped. */
  onAzure(notification: AzureNotification): void {
    const context = { now: this.#clock.now(), epochMs: this.#clock.epochMs(), reactions: ALL }
    const { state, repeated } = reactTo(this.#azure, notification, context)
    this.#azure = state
    if (!repeated) this.#tell({ name: notification.type, payload: notification })
  }

  onAzureRejected({ reason, raw }: AzureRejection): void {
    this.#tell({ name: 'notification:rejected', payload: { name: 'AzureRedisEvents', reason, raw: [raw] } })
  }
}
