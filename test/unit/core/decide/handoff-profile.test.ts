import { describe, expect, test } from 'vitest'
import { HANDOFF_PROFILES, pauseMs } from '../../../../src/core/decide/handoff/handoff-profile.js'
import { HANDOFF_REASONS } from '../../../../src/core/decide/phase.js'
import { POLICY } from './decided.js'

const reasonsWith = (name: keyof (typeof HANDOFF_PROFILES)['moving']): readonly string[] =>
  HANDOFF_REASONS.filter(reason => HANDOFF_PROFILES[reason][name])

describe('the profiles of leaving', () => {
  test('relax timeouts where the server is in trouble, not where only the connection is', () => {
    expect(reasonsWith('relaxes')).toEqual(['moving', 'not-writable', 'failover'])
  })

  test('pause writes, and look for a primary, only where a server takes no writes', () => {
    expect(reasonsWith('pausesWrites')).toEqual(['not-writable'])
    expect(reasonsWith('requirePrimary')).toEqual(['not-writable'])
  })

  test('avoid the address that serves where that is what is wrong', () => {
    expect(reasonsWith('avoidCurrent')).toEqual(['moving', 'not-writable', 'address-gone'])
  })

  test('give a connection up that could not be left where it is about to end', () => {
    expect(reasonsWith('isDoomed')).toEqual(['moving', 'unresponsive'])
  })

  test('go on until the deadline, and wait for nobody, where the connection is of no use', () => {
    expect(reasonsWith('persists')).toEqual(['not-writable', 'unresponsive'])
    expect(reasonsWith('urgent')).toEqual(['not-writable', 'unresponsive'])
    expect(reasonsWith('dialMs')).toEqual(['not-writable', 'unresponsive'])
  })
})

describe('the pause between two dials', () => {
  const pauses = (reason: keyof typeof HANDOFF_PROFILES): readonly number[] =>
    [1, 2, 3, 4, 5].map(attempts => pauseMs(reason, attempts, POLICY))

  test('doubles where there are only a few', () => {
    expect(pauses('moving')).toEqual([100, 200, 400, 800, 1_600])
    expect(pauses('age')).toEqual(pauses('moving'))
  })

  test('stays short where writes wait, or nothing answers', () => {
    expect(pauses('not-writable')).toEqual([100, 200, 400, 400, 400])
    expect(pauses('unresponsive')).toEqual(pauses('not-writable'))
  })
})
