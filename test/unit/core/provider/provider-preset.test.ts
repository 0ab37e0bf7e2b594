import { expect, it } from 'vitest'
import { resolveMaintOptions } from '../../../../src/core/options/maint-options.js'
import { PROVIDERS } from '../../../../src/core/options/provider-options.js'
import { presetFor } from '../../../../src/core/provider/provider-preset.js'

it.each([
  ['azure-cache', 'c.redis.cache.windows.net', { azureEvents: true }],
  ['elasticache', 'n.cache.amazonaws.com', { addressCheckIntervalMs: 15_000, maxConnectionAgeMs: 39_600_000 }],
  [
    'elasticache',
    'n.Serverless.use1.cache.amazonaws.com',
    { addressCheckIntervalMs: false, maxConnectionAgeMs: 39_600_000 },
  ],
  ['elasticache', undefined, { addressCheckIntervalMs: 15_000, maxConnectionAgeMs: 39_600_000 }],
  ['memorystore', '10.0.0.5', { addressCheckIntervalMs: false }],
  ['memorystore', 'redis.internal', {}],
  ['redis-cloud', 'a.db.redis.io', {}],
  ['redis-enterprise', 'redis.internal', {}],
  ['azure-managed-redis', 'a.redis.azure.net', {}],
  ['generic', 'localhost', {}],
] as const)('the preset of %s, at %s', (provider, host, preset) => {
  expect(presetFor(provider, host)).toEqual(preset)
})

it('every preset is valid as options', () => {
  for (const provider of PROVIDERS) expect(() => resolveMaintOptions(presetFor(provider, '10.0.0.5'))).not.toThrow()
})
