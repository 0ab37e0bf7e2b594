import type { Clock } from '../../base/clock.js'
import type { EventStreams } from '../../core/events/event-stream.js'
import type { Hooks } from '../../core/events/hooks.js'
import type { AvailabilityChanged, Capability } from '../../core/events/maint-events.js'
import type { MaintMode, ResolvedMaintOptions } from '../../core/options/maint-options.js'
import { type ChosenProvider, chooseProvider } from '../../core/provider/provider.js'
import { toPublic } from '../database/availability-report.js'
import type { Database } from '../database/database.js'
import type { HandoffQueueStatus } from '../database/handoffs/handoff-queue.js'

/** What the status of a client and of a pool have in common. */
export interface CommonStatus {
  /** As configured; `off` where everything is switched off. */
  readonly mode: MaintMode | 'off'
  /** Whether it is only told what would be done. */
  readonly dryRun: boolean
  /** The provider of the server, as far as it is known, and how it was recognised. */
  readonly provider: ChosenProvider
  /** Whether the server sends notifications, and if not, why. For a pool it is what its newest connection learned. */
  readonly capability: Capability
  /** Whether Azure's channel is listened to. */
  readonly azureEvents: boolean
  /** Whether the server can be reached. */
  readonly availability: AvailabilityChanged
  /** The hand-off queue that all clients and pools of the database in this process share. */
  readonly handoffs: HandoffQueueStatus
}

/** What the `maint` member of a client or pool is read from. */
export interface MaintFacts {
  readonly maint: ResolvedMaintOptions
  /** The configured host; `undefined` for a unix socket. */
  readonly host: string | undefined
  readonly clock: Clock
  readonly hooks: Hooks
  /** The streams of its events. */
  readonly streams: EventStreams
  readonly database: Database
}

/** Whether the database can be reached. */
export function availabilityOf({ database, clock }: MaintFacts): AvailabilityChanged {
  return toPublic(database.availability.status, clock)
}

/** What the status of whatever has a `maint` member has in common. */
export function commonStatus(
  { maint, host }: Pick<MaintFacts, 'maint' | 'host'>,
  known: Pick<CommonStatus, 'capability' | 'availability' | 'handoffs'>,
): CommonStatus {
  const acceptsNotifications = known.capability.state === 'supported'
  return {
    mode: maint.mode,
    dryRun: maint.dryRun,
    provider: chooseProvider(maint.provider, { host, server: { acceptsNotifications } }),
    azureEvents: maint.azureEvents === true,
    ...known,
  }
}

/** The same where there is one database. */
export function databaseStatus(facts: MaintFacts, capability: Capability): CommonStatus {
  return commonStatus(facts, { capability, availability: availabilityOf(facts), handoffs: facts.database.queue.status })
}
