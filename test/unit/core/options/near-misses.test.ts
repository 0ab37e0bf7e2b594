import { Redis as PlainRedis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import * as ours from '../../../../src/adapters/ioredis/index.js'
import * as nodeRedis from '../../../../src/adapters/node-redis/index.js'
import { isHitlessError } from '../../../../src/base/errors.js'
import { refuseNearMisses, refuseOwn } from '../../../../src/core/options/near-misses.js'

/** What is said against options. */
function refusal(check: () => unknown): readonly string[] {
  try {
    check()
    return []
  } catch (error) {
    if (isHitlessError(error, 'OPTIONS_INVALID')) return error.facts.problems
    throw error
  }
}

describe('options beside those of the host', () => {
  it.each([
    [{ hitles: {} }, 'hitles: no such option; hitless may be meant'],
    [{ Hitless: {} }, 'Hitless: no such option; hitless may be meant'],
    [{ hitLess: {} }, 'hitLess: no such option; hitless may be meant'],
    [{ hiltess: {} }, 'hiltess: no such option; hitless may be meant'],
    [{ maintNotification: 'auto' }, 'maintNotification: no such option; maintNotifications may be meant'],
    [{ maintnotifications: {} }, 'maintnotifications: no such option; maintNotifications may be meant'],
    [{ maintEndpointTypes: 'none' }, 'maintEndpointTypes: no such option; maintEndpointType may be meant'],
    [{ failFast: true }, 'failFast: belongs to hitless.availability'],
    [{ relaxedTimeoutMs: 5 }, 'relaxedTimeoutMs: belongs to maintNotifications'],
    [{ dryRun: true }, 'dryRun: belongs to hitless'],
    [{ recovery: { retryInFlight: 'none' } }, 'recovery: belongs to hitless'],
    [{ handoff: { deadlineMs: 5 } }, 'handoff: belongs to maintNotifications'],
  ])('%j are refused where they are clearly ours', (options, problem) => {
    expect(refusal(() => refuseNearMisses(options))).toEqual([problem])
  })

  it.each([
    { hitless: {}, maintNotifications: {}, maintEndpointType: 'none', maintRelaxedCommandTimeout: 1 },
    { hitles: undefined, host: 'h', heedless: 1, maintainers: 1, modules: {} },
    { health: true, recovery: {}, addresses: ['a'], age: { years: 1 }, azure: null, handoff: { to: 'ops' } },
    {
      provider: 'aws',
      tls: {},
      mode: 'x',
      readOnly: true,
      retries: 1,
      workers: 2,
      checkIntervalMs: 5,
      endpointType: 'x',
    },
  ])('%j are left alone, as the hosts leave them', options => {
    expect(refusal(() => refuseNearMisses(options))).toEqual([])
  })

  it('are all named in one error', () => {
    expect(refusal(() => refuseNearMisses({ hitles: {}, failFast: true }))).toHaveLength(2)
  })

  it('of a pool are refused by their right names too', () => {
    expect(refusal(() => refuseOwn({ minimum: 1, hitless: {} }))).toEqual([
      'hitless: belongs to the options of the client, not to those of the pool',
    ])
  })
})

describe('each way to make a client', () => {
  const misspelled = { hitles: {} } as object
  const rootNodes = [{ url: 'redis://127.0.0.1:1' }]
  it.each<[string, () => unknown]>([
    ['createClient', () => nodeRedis.createClient(misspelled)],
    ['createClientPool', () => nodeRedis.createClientPool(misspelled)],
    ['the options of a pool', () => nodeRedis.createClientPool({}, misspelled)],
    ['createCluster', () => nodeRedis.createCluster({ rootNodes, ...misspelled })],
    ['the defaults of a cluster', () => nodeRedis.createCluster({ rootNodes, defaults: misspelled })],
    ['createSentinel', () => nodeRedis.createSentinel({ name: 'm', sentinelRootNodes: [], ...misspelled })],
    ['Redis', () => new ours.Redis({ lazyConnect: true, ...misspelled })],
    ['Cluster', () => new ours.Cluster([{ host: 'h', port: 1 }], { lazyConnect: true, ...misspelled })],
    [
      'the nodes of a Cluster',
      () => new ours.Cluster([{ host: 'h', port: 1 }], { lazyConnect: true, redisOptions: misspelled }),
    ],
  ])('%s refuses what is misspelled', (_, make) => {
    expect(refusal(make)).toEqual(['hitles: no such option; hitless may be meant'])
  })

  it('of plain ioredis has no option that is refused', () => {
    expect(refusal(() => refuseNearMisses(new PlainRedis({ lazyConnect: true }).options))).toEqual([])
  })
})
