import { describe, expect, test } from 'vitest'
import { MANNERS, pauseMs } from '../../../../src/core/decide/handoff-profile.js'
import { LEAVE_REASONS } from '../../../../src/core/decide/phase.js'
import { POLICY } from './decided.js'

const reasonsWith = (name: keyof (typeof MANNERS)['moving']): readonly string[] =>
  LEAVE_REASONS.filter(reason => MANNERS[reason][name])

describe('the manners of leaving', () => {
  test('relax timeouts where the server is in trouble, not where only the connection is', () => {
    expect(reasonsWith('relaxes')).toEqual(['moving', 'demoted', 'failover'])
  })

  test('hold writes, and look for a primary, only after a demotion', () => {
    expect(reasonsWith('holdsWrites')).toEqual(['demoted'])
    expect(reasonsWith('requirePrimary')).toEqual(['demoted'])
  })

  test('avoid the address that serves where that is what is wrong', () => {
    expect(reasonsWith('avoidCurrent')).toEqual(['moving', 'demoted', 'retired-address'])
  })

  test('go on until the deadline, and wait for nobody, where the connection is of no use', () => {
    expect(reasonsWith('persists')).toEqual(['demoted', 'silent'])
    expect(reasonsWith('urgent')).toEqual(['demoted', 'silent'])
    expect(reasonsWith('dialMs')).toEqual(['demoted', 'silent'])
  })
})

describe('the pause between two dials', () => {
  const pauses = (reason: keyof typeof MANNERS): readonly number[] =>
    [1, 2, 3, 4, 5].map(attempts => pauseMs(reason, attempts, POLICY))

  test('doubles where there are only a few', () => {
    expect(pauses('moving')).toEqual([100, 200, 400, 800, 1_600])
    expect(pauses('age')).toEqual(pauses('moving'))
  })

  test('stays short where writes wait, or nothing answers', () => {
    expect(pauses('demoted')).toEqual([100, 200, 400, 400, 400])
    expect(pauses('silent')).toEqual(pauses('demoted'))
  })
})
