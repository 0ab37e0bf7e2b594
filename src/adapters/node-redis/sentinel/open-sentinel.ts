import type { EventEmitter } from 'node:events'
import { mappedBy } from '../../../base/address-map.js'
import type { OpenSource } from '../../../engine/database/primary-source.js'
import { shareEvents } from '../../../engine/link/events/shared-events.js'
import { createOffPoolMaint } from '../../../engine/maint/off-maint.js'
import { createPoolMaint, type PoolMaint } from '../../../engine/maint/pool-status.js'
import { PoolOpening } from '../../../engine/pool/pool-opening.js'
import { SentinelSource } from '../../../engine/topology/sentinel/sentinel-source.js'
import { openClient, type Surroundings } from '../client.js'
import { createHostClient, factoryOf } from '../internals.js'
import { NodeRedisHost } from '../node-redis-host.js'
import { settleOptions } from '../options.js'
import { discard } from '../telemetry.js'
import { SentinelClient } from './sentinel-client.js'
import { installSentinel } from './sentinel-facade.js'
import {
  assertSentinelSupported,
  checkoutFactoryOf,
  createHostSentinel,
  properOf,
  type SentinelModule,
} from './sentinel-internals.js'
import type { GivenSentinelOptions, TakenSentinelOptions } from './sentinel-options.js'

/** A sentinel client as the adapter makes it, whatever its static type. */
export type FacadeSentinel = EventEmitter & { readonly maint: PoolMaint }

/** What a sentinel client is made with. */
export interface SentinelRequest {
  readonly taken: TakenSentinelOptions
  readonly surroundings: Surroundings
  readonly duplicate: (options: GivenSentinelOptions) => unknown
}

/** How often the sentinels are asked without a reason, in milliseconds, where the options do not say it. */
const POLL_EVERY_MS = 10_000

/**
 * Makes a sentinel client; it does not connect.
 *
 * @throws HitlessError `MAINT_UNSUPPORTED` or `HOST_UNSUPPORTED`.
 */
export function openSentinel(
  host: SentinelModule,
  { taken, surroundings, duplicate }: SentinelRequest,
): FacadeSentinel {
  assertSentinelSupported(host)
  const sentinel = createHostSentinel(host, taken.host)
  const { clock, databases } = surroundings
  const { given, node } = taken
  const { maint, target } = node
  const events = shareEvents(clock)
  const followed = { source: { key: taken.key, open: sourceOf(host, taken, surroundings) } }
  const cache = sentinel.clientSideCache && { clientSideCache: sentinel.clientSideCache }
  const database = databases.for(taken.key, { target, maint, source: followed.source.open })
  const client = new SentinelClient({
    host: sentinel,
    taken,
    clock,
    errors: surroundings.errors,
    followed,
    open: (own, around) =>
      openClient(
        host,
        { ...own, host: { ...own.host, ...cache } },
        { ...surroundings, ...around, hooks: events.hooksOfEach },
      ),
    // The database has it, since it was made with one.
    source: () => database.source as NonNullable<typeof database.source>,
  })
  const opening = new PoolOpening({ pool: client, size: given.masterPoolSize ?? 1, database, maint, clock, events })
  const facts = { maint, host: given.sentinelRootNodes[0]?.host, clock, database, ...events }
  installSentinel(sentinel, {
    client,
    opening,
    given,
    duplicate,
    createCheckout: checkoutFactoryOf(host, taken.host),
    maint: createPoolMaint(facts, { engine: client, links: () => client.nodes.links }),
  })
  return sentinel as unknown as FacadeSentinel
}

/** Makes the host's own sentinel client, with a `maint` member that emits nothing. */
export function openOffSentinel(
  host: SentinelModule,
  { taken, surroundings, reason }: Pick<SentinelRequest, 'taken' | 'surroundings'> & { readonly reason: string },
): FacadeSentinel {
  const sentinel = createHostSentinel(host, taken.host)
  const facts = { reason, host: undefined, clock: surroundings.clock }
  const maint = createOffPoolMaint(facts, { totalClients: taken.given.masterPoolSize ?? 1, tasksQueueLength: 0 })
  Object.defineProperty(properOf(sentinel), 'maint', { value: maint, enumerable: true, configurable: true })
  return sentinel as unknown as FacadeSentinel
}

/** What opens the connections to the sentinels. No notifications are asked for there: sentinels announce nothing of that kind. */
function sourceOf(host: SentinelModule, { given, sentinels }: TakenSentinelOptions, around: Surroundings): OpenSource {
  const { errors, clock, random } = around
  return listener => {
    const { database: _, clientSideCache: __, ...options } = sentinels.host
    const sample = createHostClient(host, options)
    const createClient = factoryOf(sample)
    discard(sample)
    const { hostOptions } = settleOptions(host, options, { maint: sentinels.maint, random })
    const parts = { module: host, errors, createClient, options: hostOptions, random }
    const access = {
      host: new NodeRedisHost({ ...parts, tlsNameFromTarget: true, namesNoHost: true }),
      target: sentinels.target,
      clock,
    }
    const { name, sentinelRootNodes, nodeAddressMap, scanInterval } = given
    const mapped = mappedBy(nodeAddressMap)
    // The host looks up in the map what it dials, the sentinels of the options among it.
    const seeds = sentinelRootNodes.map(mapped)
    return new SentinelSource({ access, name, seeds, mapped, pollEveryMs: scanInterval || POLL_EVERY_MS }, listener)
  }
}
