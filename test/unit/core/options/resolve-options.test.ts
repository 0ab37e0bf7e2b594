import { describe, expect, test } from 'vitest'
import { isHitlessError } from '../../../../src/base/errors.js'
import type { OwnOptions } from '../../../../src/core/options/maint-options.js'
import { type OptionsContext, resolveOptions } from '../../../../src/core/options/resolve-options.js'

const refusalOf = (input: unknown): string => {
  try {
    resolveOptions(input as OwnOptions)
  } catch (error) {
    if (isHitlessError(error, 'OPTIONS_INVALID')) return error.message
    throw error
  }
  throw new Error('It was accepted')
}

describe('the options', () => {
  test.each([
    {},
    { maintNotifications: undefined, hitless: undefined, maintEndpointType: undefined },
    { maintNotifications: {}, hitless: {} },
    { maintNotifications: { mode: undefined, handoff: { retries: undefined } }, hitless: { age: undefined } },
    { maintNotifications: { handoff: {} }, hitless: { health: {}, recovery: {}, availability: {}, azure: {} } },
  ])('have a default for everything: %j', input => {
    expect(resolveOptions(input as OwnOptions)).toEqual({
      mode: 'auto',
      endpointType: 'auto',
      dryRun: false,
      relaxedTimeoutMs: 10_000,
      relaxedSocketTimeoutMs: 10_000,
      tlsNameFromTarget: false,
      instanceId: undefined,
      handoffWorkers: undefined,
      handoffQueueSize: undefined,
      unresponsiveTimeoutMs: 3_000,
      healthCheckIntervalMs: 30_000,
      readOnlyRecovery: 'replay',
      retryInFlight: 'reads',
      failFast: false,
      maxBackoffMs: 30_000,
      maxWaitingCommands: 100_000,
      hostPauses: false,
      addressCheckIntervalMs: 60_000,
      addressCheckAfterMaintenance: true,
      maxConnectionAgeMs: false,
      maxConnectionIdleMs: false,
      provider: 'auto',
      azureEvents: 'auto',
      azureReactions: { relax: true, pauseWrites: true, reconnect: true, refresh: true },
      policy: {
        dryRun: false,
        windowMaxMs: { migrating: 600_000, 'failing-over': 60_000, 'slots-migrating': 600_000 },
        tailMs: 20_000,
        windowTailMs: 1_000,
        handoffDeadlineMs: 15_000,
        handoffRetries: 3,
        handoffBackoffMs: 100,
        handoffSpread: 0.25,
        seed: 0,
        followsAddress: false,
        fenceTimeoutMs: 1_000,
        drainMs: 2_000,
      },
    })
  })

  test.each(['disabled', 'auto', 'enabled'] as const)('may say the mode alone: %s', mode => {
    expect(resolveOptions({ maintNotifications: mode })).toEqual(resolveOptions({ maintNotifications: { mode } }))
    expect(resolveOptions({ maintNotifications: mode }).mode).toBe(mode)
  })

  test('are taken as given', () => {
    const retryInFlight = (): boolean => true
    const resolved = resolveOptions({
      maintNotifications: {
        mode: 'enabled',
        endpointType: 'external-fqdn',
        relaxedTimeoutMs: 1,
        relaxedSocketTimeoutMs: 2,
        tailMs: 3,
        handoff: {
          deadlineMs: 4,
          retries: 5,
          spread: 0.6,
          instanceId: 'pod-7',
          workers: 8,
          queueSize: 9,
          fenceTimeoutMs: 10,
          tlsNameFromTarget: true,
        },
      },
      hitless: {
        health: { unresponsiveAfterMs: 11, checkIntervalMs: 12 },
        recovery: { readOnly: 'reconnect', retryInFlight },
        availability: { failFast: true, maxBackoffMs: 13, maxWaitingCommands: 14 },
        addresses: { checkIntervalMs: 15, checkAfterMaintenance: false },
        age: { maxAgeMs: 16, maxIdleMs: 17 },
        provider: 'generic',
        azure: { events: true, reactions: { relax: false, refresh: true } },
      },
    })
    expect(resolved).toMatchObject({
      mode: 'enabled',
      endpointType: 'external-fqdn',
      relaxedTimeoutMs: 1,
      relaxedSocketTimeoutMs: 2,
      policy: {
        tailMs: 3,
        windowTailMs: 3,
        handoffDeadlineMs: 4,
        handoffRetries: 5,
        handoffSpread: 0.6,
        fenceTimeoutMs: 10,
      },
      instanceId: 'pod-7',
      handoffWorkers: 8,
      handoffQueueSize: 9,
      tlsNameFromTarget: true,
      unresponsiveTimeoutMs: 11,
      healthCheckIntervalMs: 12,
      readOnlyRecovery: 'reconnect',
      retryInFlight,
      failFast: true,
      maxBackoffMs: 13,
      maxWaitingCommands: 14,
      addressCheckIntervalMs: 15,
      addressCheckAfterMaintenance: false,
      maxConnectionAgeMs: 16,
      maxConnectionIdleMs: 17,
      provider: 'generic',
      azureEvents: true,
      azureReactions: { relax: false, pauseWrites: true, reconnect: true, refresh: true },
    })
  })

  test('may have the flat names of the host, which count after the object', () => {
    const flat = { maintEndpointType: 'none', maintRelaxedCommandTimeout: 1, maintRelaxedSocketTimeout: 2 } as const
    const taken = { endpointType: 'none', relaxedTimeoutMs: 1, relaxedSocketTimeoutMs: 2 }
    expect(resolveOptions({ ...flat, maintNotifications: 'enabled' })).toMatchObject(taken)
    const both = resolveOptions({ ...flat, maintNotifications: { relaxedTimeoutMs: 3 } })
    expect(both).toMatchObject({ ...taken, relaxedTimeoutMs: 3 })
  })

  test('are not changed, nor kept, as objects', () => {
    const reactions = Object.freeze({ relax: false })
    const input = Object.freeze({
      maintNotifications: Object.freeze({ mode: 'enabled', handoff: Object.freeze({ retries: 1 }) }),
      hitless: Object.freeze({ health: false, azure: Object.freeze({ reactions }) }),
    } as const)
    const copy = structuredClone(input)
    expect(resolveOptions(input).azureReactions).not.toBe(reactions)
    expect(input).toEqual(copy)
  })

  test('are the same object for clients that set none, and only for those with the same defaults', () => {
    const none: object = { maintNotifications: undefined, hitless: undefined }
    expect(resolveOptions(none, { host: 'localhost', age: {} })).toBe(resolveOptions({}))
    expect(resolveOptions({ hitless: { health: {} } })).not.toBe(resolveOptions({}))
    expect(resolveOptions({}, { age: { maxIdleMs: 5_000 } }).maxConnectionIdleMs).toBe(5_000)
    expect(resolveOptions({}, { host: 'cache.abc123.cache.amazonaws.com' })).not.toEqual(resolveOptions({}))
  })

  test('cannot be changed once resolved, at any depth', () => {
    const resolved = resolveOptions({})
    const { policy, azureReactions, ...rest } = resolved
    expect(Object.isFrozen(azureReactions)).toBe(true)
    expect(Object.isFrozen(resolved)).toBe(true)
    expect(Object.isFrozen(resolved.policy)).toBe(true)
    expect(Object.isFrozen(resolved.policy.windowMaxMs)).toBe(true)
    expect(Object.values({ ...rest, ...policy, windowMaxMs: 0 }).filter(value => typeof value === 'object')).toEqual([])
  })
})

describe('what is wrong', () => {
  test.each([
    [
      { maintNotifications: { relaxedTimeout: 5 } },
      'maintNotifications.relaxedTimeout: no such option; known are mode,',
    ],
    [{ maintNotifications: { handoff: { retry: 5 } } }, 'maintNotifications.handoff.retry: no such option; known are'],
    [{ hitless: { age: { maxAge: 5 } } }, 'hitless.age.maxAge: no such option; known are maxAgeMs, maxIdleMs'],
    [{ hitless: { maxAgeMs: 5 } }, 'hitless.maxAgeMs: no such option; known are health, recovery, availability,'],
    [
      { hitless: { health: { checkIntervalMs: '5' } } },
      'hitless.health.checkIntervalMs: must be a number of milliseconds above 0, or false, not "5"',
    ],
    [
      { maintNotifications: 'sometimes' },
      'maintNotifications: must be one of "auto", "enabled", "disabled", or an object, not "sometimes"',
    ],
    [{ hitless: { recovery: true } }, 'hitless.recovery: must be an object, or false, not true'],
    [{ hitless: null }, 'hitless: must be an object, or false, not null'],
    [
      { hitless: { recovery: { retryInFlight: 'writes' } } },
      'hitless.recovery.retryInFlight: must be one of "reads", "none", or a function, not "writes"',
    ],
    [
      { maintRelaxedCommandTimeout: -1 },
      'maintRelaxedCommandTimeout: must be a number of milliseconds above 0, or false, not -1',
    ],
  ])('is named by its path, with what is wanted: %j', (input, text) => {
    expect(refusalOf(input)).toContain(text)
  })

  test('is named all at once', () => {
    const message = refusalOf({
      maintNotifications: { mode: 'on', tail: 1, handoff: { retries: -1 } },
      hitless: { azure: { reactions: { relax: 'yes' } } },
    })
    const paths = ['maintNotifications.mode', 'maintNotifications.tail', 'maintNotifications.handoff.retries']
    for (const path of [...paths, 'hitless.azure.reactions.relax']) expect(message).toContain(`${path}: `)
  })

  test.each(['on', '', 5, [], true, null])('is the whole of maintNotifications where it is %j', input => {
    expect(refusalOf({ maintNotifications: input })).toMatch(/^maintNotifications: /)
  })

  test.each(['off', '', 5, [], true, null])('is the whole of hitless where it is %j', input => {
    expect(refusalOf({ hitless: input })).toMatch(/^hitless: /)
  })
})

const POSITIVE = { good: [0.5, 1, 1e9], bad: [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5', true, null] }
const RELAXED = { good: [...POSITIVE.good, false], bad: [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5', true, null] }
const COUNT = { good: [1, 1_000_000], bad: [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '5', null] }
const FLAG = { good: [true, false], bad: ['yes', 1, null] }
const ENDPOINT_TYPE = {
  good: ['auto', 'internal-ip', 'internal-fqdn', 'external-ip', 'external-fqdn', 'none'],
  bad: ['ip', '', null, false],
}
const FIELDS = {
  maintEndpointType: ENDPOINT_TYPE,
  maintRelaxedCommandTimeout: RELAXED,
  maintRelaxedSocketTimeout: RELAXED,
  'maintNotifications.mode': { good: ['disabled', 'auto', 'enabled'], bad: ['on', 'AUTO', false, null, 1] },
  'maintNotifications.endpointType': ENDPOINT_TYPE,
  'maintNotifications.relaxedTimeoutMs': RELAXED,
  'maintNotifications.relaxedSocketTimeoutMs': RELAXED,
  'maintNotifications.tailMs': {
    good: [0, 0.5, 1e9],
    bad: [-1, Number.NaN, Number.POSITIVE_INFINITY, '5', false, null],
  },
  'maintNotifications.handoff': { good: [{}], bad: [false, true, null, 5, []] },
  'maintNotifications.handoff.deadlineMs': POSITIVE,
  'maintNotifications.handoff.retries': { good: [0, 1, 10], bad: [-1, 0.5, 11, Number.NaN, '1', false, null] },
  'maintNotifications.handoff.spread': { good: [0, 0.5, 1], bad: [-0.1, 1.1, Number.NaN, '1', false, null] },
  'maintNotifications.handoff.instanceId': { good: ['pod-1'], bad: ['', 1, null] },
  'maintNotifications.handoff.workers': COUNT,
  'maintNotifications.handoff.queueSize': COUNT,
  'maintNotifications.handoff.fenceTimeoutMs': POSITIVE,
  'maintNotifications.handoff.tlsNameFromTarget': FLAG,
  'hitless.health': { good: [{}, false], bad: [true, null, 5] },
  'hitless.health.unresponsiveAfterMs': RELAXED,
  'hitless.health.checkIntervalMs': RELAXED,
  'hitless.recovery': { good: [{}, false], bad: [true, null, 'none'] },
  'hitless.recovery.readOnly': { good: ['replay', 'replay-single', 'reconnect', 'report'], bad: ['on', true, null] },
  'hitless.recovery.retryInFlight': { good: ['reads', 'none', () => true], bad: ['all', true, null] },
  'hitless.availability': { good: [{}, false], bad: [true, null] },
  'hitless.availability.failFast': FLAG,
  'hitless.availability.maxBackoffMs': RELAXED,
  'hitless.availability.maxWaitingCommands': COUNT,
  'hitless.addresses': { good: [{}, false], bad: [true, null] },
  'hitless.addresses.checkIntervalMs': RELAXED,
  'hitless.tls': { good: [() => ({})], bad: [{}, false, true, null] },
  'hitless.age': { good: [{}, false], bad: [true, null] },
  'hitless.age.maxAgeMs': RELAXED,
  'hitless.age.maxIdleMs': RELAXED,
  'hitless.provider': { good: ['auto', 'elasticache', 'generic', false], bad: ['aws', '', true, null] },
  'hitless.azure': { good: [{}, false], bad: [true, null] },
  'hitless.azure.events': { good: ['auto', true, false], bad: ['on', 1, null] },
  'hitless.azure.reactions': {
    good: [{}, { relax: false }, false],
    bad: [{ relax: 1 }, { other: true }, true, null],
  },
} as const

/** Options with one value in them. */
function at(path: string, value: unknown): OwnOptions {
  const [name = '', ...rest] = path.split('.')
  return { [name]: rest.length === 0 ? value : at(rest.join('.'), value) } as OwnOptions
}

describe.each(Object.entries(FIELDS))('%s', (path, { good, bad }) => {
  test.each(good as readonly unknown[])('may be %j', value => {
    expect(() => resolveOptions(at(path, value))).not.toThrow()
  })

  test.each(bad as readonly unknown[])('must not be %j, and is named', value => {
    expect(refusalOf(at(path, value))).toMatch(new RegExp(`^${path.replaceAll('.', '\\.')}[.:]`))
  })
})

describe('tailMs', () => {
  const tailOf = (maintNotifications: OwnOptions['maintNotifications']): number =>
    resolveOptions(maintNotifications === undefined ? {} : { maintNotifications }).policy.tailMs

  test('is twice relaxedTimeoutMs where it is not given', () => {
    expect(tailOf({ relaxedTimeoutMs: 3_000 })).toBe(6_000)
  })

  test('is twice the default where timeouts are left alone', () => {
    expect(tailOf({ relaxedTimeoutMs: false })).toBe(20_000)
  })

  test('may be none', () => {
    expect(tailOf({ tailMs: 0 })).toBe(0)
  })

  test('is short after a window whose end is told, unless it is given', () => {
    const windowTailOf = (maintNotifications: object) => resolveOptions({ maintNotifications }).policy.windowTailMs
    expect([
      windowTailOf({ relaxedTimeoutMs: 3_000 }),
      windowTailOf({ tailMs: 0 }),
      windowTailOf({ tailMs: 9 }),
    ]).toEqual([1_000, 0, 9])
  })
})

describe('a group that is false', () => {
  const host = 'n.cache.amazonaws.com'
  const NO_REACTIONS = { relax: false, pauseWrites: false, reconnect: false, refresh: false }

  test.each([
    [{ health: false }, { unresponsiveTimeoutMs: false, healthCheckIntervalMs: false }],
    [{ recovery: false }, { readOnlyRecovery: 'report', retryInFlight: 'none' }],
    [{ availability: false }, { failFast: false, hostPauses: true, maxWaitingCommands: 100_000 }],
    [{ addresses: false }, { addressCheckIntervalMs: false, addressCheckAfterMaintenance: false }],
    [{ age: false }, { maxConnectionAgeMs: false, maxConnectionIdleMs: false }],
    [{ azure: false }, { azureEvents: false, azureReactions: NO_REACTIONS }],
    [{ azure: { reactions: false } }, { azureEvents: 'auto', azureReactions: NO_REACTIONS }],
  ] as const)('switches off what it is about, and nothing else: %j', (hitless, off) => {
    const context = { host, age: { maxAgeMs: 5, maxIdleMs: 6 } }
    expect(resolveOptions({ hitless }, context)).toEqual({ ...resolveOptions({}, context), ...off })
  })

  test('provider: takes no defaults of one, and stands for none', () => {
    const own = resolveOptions({ hitless: { provider: false } }, { host })
    expect(own).toEqual(resolveOptions({ hitless: { provider: 'generic' } }))
    expect(own).toMatchObject({ addressCheckIntervalMs: 60_000, maxConnectionAgeMs: false })
  })
})

describe('what is left open', () => {
  const HOUR_MS = 3_600_000
  const resolvedFor = (hitless: NonNullable<OwnOptions['hitless']>, context: OptionsContext) =>
    resolveOptions({ hitless }, context)
  const elasticache = { host: 'n.cache.amazonaws.com' }
  const azure = { host: 'c.redis.cache.windows.net' }

  test('has the defaults of the provider, by host name or by option', () => {
    const preset = { addressCheckIntervalMs: 15_000, maxConnectionAgeMs: 11 * HOUR_MS }
    expect(resolvedFor({}, elasticache)).toMatchObject(preset)
    expect(resolvedFor({ provider: 'elasticache' }, {})).toMatchObject(preset)
    expect(resolvedFor({ azure: { events: 'auto' } }, azure)).toMatchObject({ azureEvents: true })
  })

  test('has what the environment says before that, and the options count before both', () => {
    const context = { ...elasticache, age: { maxAgeMs: 1_000, maxIdleMs: 2_000 } }
    expect(resolvedFor({}, context)).toMatchObject({ maxConnectionAgeMs: 1_000, maxConnectionIdleMs: 2_000 })
    const own = resolvedFor({ age: { maxAgeMs: 3_000, maxIdleMs: false } }, context)
    expect(own).toMatchObject({ maxConnectionAgeMs: 3_000, maxConnectionIdleMs: false })
  })

  test('does not count where an option is given', () => {
    const addresses = { checkIntervalMs: false } as const
    expect(resolvedFor({ addresses }, elasticache)).toMatchObject({ addressCheckIntervalMs: false })
    expect(resolvedFor({ azure: { events: false } }, azure)).toMatchObject({ azureEvents: false })
  })
})
