import type { HostClientFactory, HostModule } from '../../adapters/node-redis/host.js'
import type { ClientSettings } from '../../adapters/node-redis/options.js'
import type { Clock } from '../../base/clock.js'
import type { Random } from '../../base/random.js'
import type { LinkState, Policy } from '../../core/decide/link-state.js'
import type { Hooks } from '../../core/events/hooks.js'
import { deriveSeed } from '../../core/limits/pacing.js'
import type { Checkout } from '../connect/checkout.js'
import type { AzureSubscriber } from '../database/azure-channel.js'
import type { Database } from '../database/database.js'
import type { QueueWeight } from '../database/handoff-queue.js'
import { instanceSeedOf } from '../database/instance-seed.js'
import type { LinkListener } from './current-connection.js'

/** What a link is made of. */
export interface LinkParts {
  readonly host: HostModule
  readonly createClient: HostClientFactory
  readonly settings: ClientSettings
  readonly clock: Clock
  readonly random: Random
  readonly hooks: Hooks
  /** Shared by all clients and pools of the database. */
  readonly database: Database
  /** How it counts for the sizes of what it shares; `undefined` where its pool counts for it. */
  readonly share: QueueWeight | undefined
  /** Whether its pool has lent it out. */
  readonly checkout: Checkout | undefined
  readonly listener: LinkListener
  /** Opens a connection to Azure's channel; `undefined` where it is not to be listened to. */
  readonly openAzure: (() => AzureSubscriber) | undefined
}

/** The numbers that the decisions about one link use. */
export function policyOf({ settings: { maint }, database }: LinkParts): Policy {
  const seed = deriveSeed(instanceSeedOf(maint), `${database.countSlot()}`)
  return { ...maint.policy, seed, followsAddress: database.book !== undefined }
}

/** Whether the user paces reconnects. */
export function hasStrategy({ hostOptions }: ClientSettings): boolean {
  return hostOptions.socket?.reconnectStrategy !== undefined
}

/** How much longer commands may take while something was announced that takes the server away, such as a failover. */
const ANNOUNCED_FACTOR = 3

/** What command timeouts are raised to while there are reasons for it; `undefined` where they are to be left alone. */
export function relaxedTimeoutOf({ maint }: ClientSettings, { relaxations }: LinkState): number | undefined {
  if (maint.relaxedTimeoutMs === false) return undefined
  const isAnnounced = [...relaxations.values()].some(({ kind }) => kind === 'announced')
  return isAnnounced ? ANNOUNCED_FACTOR * maint.relaxedTimeoutMs : maint.relaxedTimeoutMs
}
