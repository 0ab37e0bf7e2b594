import { isIP } from 'node:net'
import { canonicalHost } from '../../base/endpoint.js'
import type { AddressOptions, AgeOptions } from '../options/hitless-options.js'
import type { AzureOptions, Provider } from '../options/provider-options.js'

/** The options under `hitless` whose default depends on the provider. */
export interface ProviderPreset {
  readonly addresses?: AddressOptions
  readonly age?: Pick<AgeOptions, 'maxAgeMs'>
  readonly azure?: Pick<AzureOptions, 'events'>
}

const NOT_LOOKED_AFTER: AddressOptions = { checkIntervalMs: false }

/** Nothing but the general defaults. */
const NONE: ProviderPreset = Object.freeze({})

/**
 * Azure Cache for Redis (Basic, Standard, Premium) pushes nothing, and publishes on a channel of its own. It closes
 * connections that are idle for 10 minutes, as its guide for developers says; the general health check, every 30 s, is
 * well below that.
 */
const AZURE_CACHE: ProviderPreset = Object.freeze({ azure: { events: true } })

/**
 * ElastiCache announces nothing on the connection. A planned replacement or a failover ends with a change of DNS, as
 * its documents on minimising downtime say, and the old node may still answer. So the name is checked every 15 s.
 *
 * Connections authenticated by IAM are closed after 12 hours, as its documents on IAM say: they are replaced after 11 h
 * at the latest, with a token of their own. Where there is no IAM that costs one hand-off in nine hours or more.
 */
const ELASTICACHE: ProviderPreset = Object.freeze({
  addresses: { checkIntervalMs: 15_000 },
  age: { maxAgeMs: 39_600_000 },
})

/**
 * Serverless caches are reached through proxies behind a name whose answers change all the time (redisson issue 6978
 * reports connections that were reset every 5 s for that reason). That an address is missing from an answer means
 * nothing there.
 */
const ELASTICACHE_SERVERLESS: ProviderPreset = Object.freeze({ ...ELASTICACHE, addresses: NOT_LOOKED_AFTER })

/**
 * Memorystore is reached by an address that stays the same through failover and maintenance. There is no name to check.
 */
const MEMORYSTORE_BY_ADDRESS: ProviderPreset = Object.freeze({ addresses: NOT_LOOKED_AFTER })

/**
 * The defaults that fit a provider; they count only where the user left an option open.
 *
 * Redis Cloud and Redis Software announce what they do, and the general defaults are made for that. Azure Managed Redis
 * announces nothing. The checks that find unannounced trouble are on by default anyway.
 *
 * @param host - The host as it was configured.
 */
export function presetFor(provider: Provider, host: string | undefined): ProviderPreset {
  switch (provider) {
    case 'azure-cache':
      return AZURE_CACHE
    case 'elasticache':
      return /\.serverless\./.test(canonicalHost(host ?? '')) ? ELASTICACHE_SERVERLESS : ELASTICACHE
    case 'memorystore':
      return isIP(host ?? '') === 0 ? NONE : MEMORYSTORE_BY_ADDRESS
    default:
      return NONE
  }
}
