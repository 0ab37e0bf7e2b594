import { describe, expect, it } from 'vitest'
import { createNodeRedisAdapter } from '../../../src/adapters/node-redis/adapter.js'
import type { HostModule } from '../../../src/adapters/node-redis/host-module.js'
import { hostVersions } from '../../support/host-versions.js'

/** No sentinel is there: nothing here connects. */
const OPTIONS = { name: 'database', sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }] }

describe.each(hostVersions)('a sentinel client of @redis/client $version', ({ host, version }) => {
  const adapter = createNodeRedisAdapter(host as HostModule)
  const isSupported = !version.startsWith('5.')

  it(isSupported ? 'is made' : 'is refused, as the host has no class for its checkouts', () => {
    const make = (): unknown => adapter.createSentinel(OPTIONS as never).maint.status().mode
    if (isSupported) expect(make()).toBe('auto')
    else expect(make).toThrow(expect.objectContaining({ code: 'HOST_UNSUPPORTED' }))
  })
})
