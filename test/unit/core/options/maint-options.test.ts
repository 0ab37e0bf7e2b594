import { describe, expect, test } from 'vitest'
import { isHitlessError } from '../../../../src/base/errors.js'
import { type MaintOptions, resolveMaintOptions } from '../../../../src/core/options/maint-options.js'

const refusalOf = (input: unknown): string => {
  try {
    resolveMaintOptions(input as MaintOptions)
  } catch (error) {
    if (isHitlessError(error, 'OPTIONS_INVALID')) return error.message
    throw error
  }
  throw new Error('It was accepted')
}

describe('the maintenance options', () => {
  test.each([undefined, {}, { mode: undefined }])('have a default for everything: %j', input => {
    expect(resolveMaintOptions(input as MaintOptions)).toEqual({
      mode: 'auto',
      endpointType: 'auto',
      relaxedTimeoutMs: 10_000,
      relaxedSocketTimeoutMs: 10_000,
      maxWaitingCommands: 100_000,
      tlsNameFromTarget: false,
      instanceId: undefined,
      handoffWorkers: undefined,
      handoffQueueSize: undefined,
      maxConnectionAgeMs: undefined,
      maxConnectionIdleMs: undefined,
      readOnlyRecovery: 'replay',
      retryInFlight: 'reads',
      unresponsiveTimeoutMs: 3_000,
      healthCheckIntervalMs: 30_000,
      addressCheckIntervalMs: 60_000,
      failFast: false,
      maxBackoffMs: 30_000,
      provider: 'auto',
      azureEvents: 'auto',
      azureReactions: { relax: true, pauseWrites: true, reconnect: true, refresh: true },
      policy: {
        windowMaxMs: { migrating: 600_000, 'failing-over': 60_000, 'slots-migrating': 600_000 },
        tailMs: 20_000,
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

  test.each(['disabled', 'auto', 'enabled'] as const)('may be the mode alone: %s', mode => {
    expect(resolveMaintOptions(mode)).toEqual(resolveMaintOptions({ mode }))
    expect(resolveMaintOptions(mode).mode).toBe(mode)
  })

  test('are taken as given', () => {
    const resolved = resolveMaintOptions({
      mode: 'enabled',
      endpointType: 'external-fqdn',
      relaxedTimeoutMs: 1,
      relaxedSocketTimeoutMs: 2,
      tailMs: 3,
      handoffDeadlineMs: 4,
      handoffRetries: 5,
      fenceTimeoutMs: 6,
      maxWaitingCommands: 7,
      tlsNameFromTarget: true,
    })
    expect(resolved).toMatchObject({
      mode: 'enabled',
      endpointType: 'external-fqdn',
      relaxedTimeoutMs: 1,
      relaxedSocketTimeoutMs: 2,
      maxWaitingCommands: 7,
      tlsNameFromTarget: true,
      policy: { tailMs: 3, handoffDeadlineMs: 4, handoffRetries: 5, fenceTimeoutMs: 6 },
    })
  })

  test('leave the object that was passed as it is', () => {
    const input = Object.freeze({ mode: 'enabled', relaxedTimeoutMs: 5 } as const)
    resolveMaintOptions(input)
    expect(input).toEqual({ mode: 'enabled', relaxedTimeoutMs: 5 })
  })

  test('cannot be changed once resolved, at any depth', () => {
    const resolved = resolveMaintOptions({})
    const { policy, azureReactions, ...rest } = resolved
    expect(Object.isFrozen(azureReactions)).toBe(true)
    expect(Object.isFrozen(resolved)).toBe(true)
    expect(Object.isFrozen(resolved.policy)).toBe(true)
    expect(Object.isFrozen(resolved.policy.windowMaxMs)).toBe(true)
    expect(Object.values({ ...rest, ...policy, windowMaxMs: 0 }).filter(value => typeof value === 'object')).toEqual([])
  })

  test('name what is unknown', () => {
    expect(refusalOf({ relaxedTimeout: 5 })).toMatch(/maintNotifications.*relaxedTimeout/)
  })

  test('name everything that is wrong at once', () => {
    const message = refusalOf({ mode: 'on', handoffRetries: -1, tail: 1 })
    expect(message).toContain('maintNotifications.mode')
    expect(message).toContain('maintNotifications.handoffRetries')
    expect(message).toContain('tail')
  })

  test.each(['on', '', 5, [], true])('are refused as a whole where they are %j', input => {
    expect(refusalOf(input)).toContain('maintNotifications')
  })
})

const POSITIVE = { good: [0.5, 1, 1e9], bad: [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5', true, null] }
const RELAXED = { good: [...POSITIVE.good, false], bad: [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5', true, null] }
const COUNT = { good: [1, 1_000_000], bad: [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '5', null] }
const FLAG = { good: [true, false], bad: ['yes', 1, null] }
const FIELDS: Readonly<
  Record<keyof MaintOptions, { readonly good: readonly unknown[]; readonly bad: readonly unknown[] }>
> = {
  mode: { good: ['disabled', 'auto', 'enabled'], bad: ['on', 'AUTO', false, null, 1] },
  endpointType: {
    good: ['auto', 'internal-ip', 'internal-fqdn', 'external-ip', 'external-fqdn', 'none'],
    bad: ['ip', '', null, false],
  },
  relaxedTimeoutMs: RELAXED,
  relaxedSocketTimeoutMs: RELAXED,
  tailMs: { good: [0, 0.5, 1e9], bad: [-1, Number.NaN, Number.POSITIVE_INFINITY, '5', false, null] },
  handoffDeadlineMs: POSITIVE,
  handoffRetries: { good: [0, 1, 10], bad: [-1, 0.5, 11, Number.NaN, '1', false, null] },
  fenceTimeoutMs: POSITIVE,
  maxWaitingCommands: COUNT,
  tlsNameFromTarget: FLAG,
  handoffSpread: { good: [0, 0.5, 1], bad: [-0.1, 1.1, Number.NaN, '1', false, null] },
  instanceId: { good: ['pod-1'], bad: ['', 1, null] },
  handoffWorkers: COUNT,
  handoffQueueSize: COUNT,
  maxConnectionAgeMs: RELAXED,
  maxConnectionIdleMs: RELAXED,
  readOnlyRecovery: { good: ['replay', 'replay-single', 'reconnect', 'report'], bad: ['on', true, null] },
  retryInFlight: { good: ['reads', 'none', () => true], bad: ['all', true, null] },
  unresponsiveTimeoutMs: RELAXED,
  healthCheckIntervalMs: RELAXED,
  addressCheckIntervalMs: RELAXED,
  failFast: FLAG,
  maxBackoffMs: POSITIVE,
  provider: { good: ['auto', 'elasticache', 'generic'], bad: ['aws', '', null] },
  azureEvents: { good: ['auto', true, false], bad: ['on', 1, null] },
  azureReactions: { good: [{}, { relax: false }], bad: [{ relax: 1 }, { other: true }, true, null] },
}

describe.each(Object.entries(FIELDS))('%s', (name, { good, bad }) => {
  test.each(good)('may be %j', value => {
    expect(() => resolveMaintOptions({ [name]: value })).not.toThrow()
  })

  test.each(bad)('must not be %j, and is named', value => {
    expect(refusalOf({ [name]: value })).toMatch(new RegExp(`maintNotifications\\.${name}[.:]`))
  })
})

describe('tailMs', () => {
  test('is twice relaxedTimeoutMs where it is not given', () => {
    expect(resolveMaintOptions({ relaxedTimeoutMs: 3_000 }).policy.tailMs).toBe(6_000)
  })

  test('is twice the default where timeouts are left alone', () => {
    expect(resolveMaintOptions({ relaxedTimeoutMs: false }).policy.tailMs).toBe(20_000)
  })

  test('may be none', () => {
    expect(resolveMaintOptions({ tailMs: 0 }).policy.tailMs).toBe(0)
  })
})
