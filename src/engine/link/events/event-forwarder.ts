import type { Clock } from '../../../base/clock.js'
import { reactTo } from '../../../core/azure/azure-reactions.js'
import { NO_AZURE_MAINTENANCE } from '../../../core/azure/azure-state.js'
import type { Hooks } from '../../../core/events/hooks.js'
import type { HookContext } from '../../../core/events/maint-hook.js'
import type { Tell } from '../../../core/events/tell.js'
import type { AzureNotification } from '../../../notifications/azure-notification.js'
import type { AvailabilityStatus } from '../../database/availability.js'
import { toPublic } from '../../database/availability-report.js'
import type { AzureRejection } from '../../database/azure-channel.js'
import type { DatabaseMember } from '../../database/database.js'

const ALL = { relax: true, pauseWrites: true, reconnect: true, refresh: true } as const

/** Who is told. */
export interface ForwarderOwner {
  readonly context: { readonly clock: Clock; readonly tell: Tell; readonly maint: { readonly dryRun: boolean } }
  /** The hooks, which give the links that react the same answer. */
  readonly hooks: Hooks
}

/** Emits what becomes known about a database, once for each client or pool. */
export class EventForwarder implements DatabaseMember {
  readonly address = undefined
  readonly #owner: ForwarderOwner
  #azure = NO_AZURE_MAINTENANCE

  constructor(owner: ForwarderOwner) {
    this.#owner = owner
  }

  leaveReplica(): void {
    // That concerns the members with connections.
  }

  onAvailability(status: AvailabilityStatus): void {
    const { tell, clock } = this.#owner.context
    tell({ name: 'availability:changed', payload: toPublic(status, clock) })
  }

  /** Every node publishes each announcement; hooks may skip one, or replace it. */
  onAzure(notification: AzureNotification): void {
    const { context: ours, hooks } = this.#owner
    const { clock, tell, maint } = ours
    const answer = hooks.before(notification, () => this.#describe())
    if (answer === 'skip') return tell({ name: 'notification:ignored', payload: { notification, cause: 'skipped' } })
    const context = { now: clock.now(), epochMs: clock.epochMs(), reactions: ALL }
    const { state, repeated } = reactTo(this.#azure, answer, context)
    this.#azure = state
    const cause = repeated ? 'duplicate' : 'dry-run'
    if (repeated || maint.dryRun) tell({ name: 'notification:ignored', payload: { notification: answer, cause } })
    else tell({ name: answer.type, payload: answer })
  }

  onAzureRejected({ reason, raw }: AzureRejection): void {
    this.#owner.context.tell({
      name: 'notification:rejected',
      payload: { name: 'AzureRedisEvents', reason, raw: [raw] },
    })
  }

  /** Of a pool without clients, nothing more is known. */
  #describe(): HookContext {
    const { context, hooks } = this.#owner
    const { clock, tell } = context
    const { pool } = hooks
    const where = { link: tell.link, pool, node: undefined, connection: undefined }
    return { at: clock.epochMs(), source: 'azure', ...where, blocking: false, subscribed: false }
  }
}
