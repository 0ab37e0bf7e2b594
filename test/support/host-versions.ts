import * as current from '@redis/client'
import type { HostModule } from '../../src/adapters/node-redis/host-module.js'
import type { HitlessClient, HitlessClientOptions } from '../../src/adapters/node-redis/index.js'
import { createNodeRedisAdapter } from '../../src/adapters/node-redis/index.js'

/** A published version of the host library under test. */
export interface HostVersion {
  readonly version: string
  readonly host: HostModule
  /** Makes a client over it; RESP3 is chosen, as versions before 6 do not by themselves. */
  createClient(options: HitlessClientOptions): HitlessClient
}

/** The last patch of each minor that is supported, installed under aliases. */
const ALIASES = ['redis-client-5.11', 'redis-client-5.12', 'redis-client-6.0', 'redis-client-6.1', 'redis-client-6.2']

/** Every supported version, the newest last. */
export const hostVersions: readonly HostVersion[] = [
  ...(await Promise.all(ALIASES.map(async alias => toVersion(alias, (await import(alias)) as HostModule)))),
  toVersion('6.3', current),
]

function toVersion(alias: string, host: HostModule): HostVersion {
  const adapter = createNodeRedisAdapter(host)
  return {
    version: alias.replace('redis-client-', ''),
    host,
    createClient: options => adapter.createClient({ RESP: 3, ...options } as never) as unknown as HitlessClient,
  }
}
