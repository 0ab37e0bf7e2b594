import { expect, it } from 'vitest'
import { checkOptions } from '../../../../src/core/options/options-schema.js'
import { PROVIDERS } from '../../../../src/core/options/provider-options.js'
import { presetFor } from '../../../../src/core/provider/provider-preset.js'

it.each([
  ['azure-cache', 'c.redis.cache.windows.net', { azure: { events: true } }],
  ['elasticache', 'n.cache.amazonaws.com', { addresses: { checkIntervalMs: 15_000 }, age: { maxAgeMs: 39_600_000 } }],
  [
    'elasticache',
    'n.Serverless.use1.cache.amazonaws.com',
    { addresses: { checkIntervalMs: false }, age: { maxAgeMs: 39_600_000 } },
  ],
  ['elasticache', undefined, { addresses: { checkIntervalMs: 15_000 }, age: { maxAgeMs: 39_600_000 } }],
  ['memorystore', '10.0.0.5', { addresses: { checkIntervalMs: false } }],
  ['memorystore', 'redis.internal', {}],
  ['redis-cloud', 'a.db.redis.io', {}],
  ['redis-enterprise', 'redis.internal', {}],
  ['azure-managed-redis', 'a.redis.azure.net', {}],
  ['generic', 'localhost', {}],
] as const)('the preset of %s, at %s', (provider, host, preset) => {
  expect(presetFor(provider, host)).toEqual(preset)
})

it('every preset is valid as options', () => {
  for (const provider of PROVIDERS) {
    expect(() => checkOptions({ hitless: presetFor(provider, '10.0.0.5') })).not.toThrow()
  }
})
