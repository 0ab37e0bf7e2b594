import { describe, expect, it, vi } from 'vitest'
import { resolveOptions } from '../../../../src/core/options/resolve-options.js'
import type { Target } from '../../../../src/core/target.js'
import { DatabaseRegistry, databaseKeyOf, processDatabases } from '../../../../src/engine/database/database-registry.js'
import { createVirtualClock } from '../../../../src/testing/index.js'

const TARGET: Target = {
  host: '10.0.0.1',
  port: 6379,
  path: undefined,
  tls: false,
  connectTimeoutMs: 5_000,
  lookup: undefined,
  family: undefined,
  hints: undefined,
}

const settings = { target: TARGET, maint: resolveOptions({}) }

describe('the databases of a process', () => {
  it('are the same for two copies of this library', async () => {
    vi.resetModules()
    const copy = await import('../../../../src/engine/database/database-registry.js')
    expect(copy.DatabaseRegistry).not.toBe(DatabaseRegistry)
    expect(copy.processDatabases()).toBe(processDatabases())
  })

  it('tell lookup functions apart alike in two copies of this library', async () => {
    vi.resetModules()
    const copy = await import('../../../../src/engine/database/database-registry.js')
    const targets = [() => {}, () => {}].map(lookup => ({ ...TARGET, host: 'redis.example', lookup }))
    const keys = targets.map(databaseKeyOf)
    expect(new Set(keys).size).toBe(2)
    expect(targets.toReversed().map(copy.databaseKeyOf)).toEqual(keys.toReversed())
  })

  it('are shared by those who name the same key, whatever their target', () => {
    const registry = new DatabaseRegistry({ clock: createVirtualClock(), random: () => 0.5 })
    const elsewhere = { ...settings, target: { ...TARGET, port: 7000 } }
    expect(registry.for('orders', elsewhere)).toBe(registry.for('orders', settings))
    expect(registry.for('sessions', settings)).not.toBe(registry.for('orders', settings))
  })
})
