import { describe, expect, test } from 'vitest'
import {
  EMPTY_REGISTRY,
  type Handling,
  isRemembered,
  isRepetition,
  type Registry,
  remember,
  rememberedMs,
  settleSeen,
} from '../../../../src/core/decide/windows/seen-events.js'

function knowing(identity: string, handling: Handling, expiresAt = 100): Registry {
  return remember(EMPTY_REGISTRY, identity, { handling, connection: 1, expiresAt, now: 0 })
}

describe('an event', () => {
  test('that was never seen is no repetition', () => {
    expect(isRepetition(EMPTY_REGISTRY, 'moving#1 b', { connection: 1, now: 0 })).toBe(false)
  })

  test.each(['in-progress', 'done'] as const)('that is %s is a repetition on every connection', handling => {
    const registry = knowing('moving#1 b', handling)
    expect(isRepetition(registry, 'moving#1 b', { connection: 1, now: 0 })).toBe(true)
    expect(isRepetition(registry, 'moving#1 b', { connection: 2, now: 0 })).toBe(true)
  })

  test('that failed is a repetition on the connection that it failed on, and not on a later one', () => {
    const registry = settleSeen(knowing('moving#1 b', 'in-progress'), 'moving#1 b', 'failed')
    expect(isRepetition(registry, 'moving#1 b', { connection: 1, now: 0 })).toBe(true)
    expect(isRepetition(registry, 'moving#1 b', { connection: 2, now: 0 })).toBe(false)
  })

  test.each(['in-progress', 'done', 'failed'] as const)('that is %s is remembered', handling => {
    const registry = knowing('moving#1 b', handling)
    expect(isRemembered(registry, 'moving#1 b', 99)).toBe(true)
    expect(isRemembered(registry, 'moving#1 c', 99)).toBe(false)
  })

  test('is forgotten when its time is over', () => {
    const registry = knowing('moving#1 b', 'done')
    expect(isRepetition(registry, 'moving#1 b', { connection: 1, now: 100 })).toBe(false)
    expect(isRemembered(registry, 'moving#1 b', 100)).toBe(false)
  })

  test('without a sequence is remembered for seconds, any other for minutes', () => {
    expect(rememberedMs('~moving -')).toBe(5_000)
    expect(rememberedMs('moving#0 -')).toBe(120_000)
  })
})

describe('the registry', () => {
  test('drops what is over when something new is remembered', () => {
    const registry = remember(knowing('old', 'done', 100), 'new', {
      handling: 'done',
      connection: 1,
      expiresAt: 300,
      now: 100,
    })
    expect([...registry.keys()]).toEqual(['new'])
  })

  test('keeps an event once, under its latest handling', () => {
    const registry = remember(knowing('one', 'failed'), 'one', {
      handling: 'in-progress',
      connection: 2,
      expiresAt: 200,
      now: 0,
    })
    expect([...registry]).toEqual([['one', { handling: 'in-progress', connection: 2, expiresAt: 200 }]])
  })

  test('is bounded: the oldest go first', () => {
    let registry = EMPTY_REGISTRY
    for (let at = 0; at < 1_000; at++) {
      registry = remember(registry, `${at}`, { handling: 'done', connection: 1, expiresAt: 1e9, now: at })
    }
    expect(registry.size).toBe(256)
    expect([...registry.keys()].at(0)).toBe('744')
  })

  test('settles nothing that it does not know', () => {
    expect(settleSeen(EMPTY_REGISTRY, 'one', 'done')).toBe(EMPTY_REGISTRY)
  })

  test('leaves the one before as it was', () => {
    const before = knowing('one', 'in-progress')
    settleSeen(before, 'one', 'done')
    remember(before, 'two', { handling: 'done', connection: 1, expiresAt: 100, now: 0 })
    expect([...before]).toEqual([['one', { handling: 'in-progress', connection: 1, expiresAt: 100 }]])
  })
})
