import { describe, expect, it } from 'vitest'
import { HitlessError } from '../../../../src/base/errors.js'
import { isDead, isUnreachable, isWorthAStep, stepTimeout } from '../../../../src/engine/connect/address-steps.js'
import type { FailureKind } from '../../../../src/engine/ports.js'

/** What a host throws when a socket takes too long. */
class ConnectTimeout extends Error {}

/** What a host throws when the other side ends a connection. */
class HungUp extends Error {}

const host = {
  classify(error: unknown): FailureKind {
    if (error instanceof HungUp) return 'socket-closed'
    return error instanceof ConnectTimeout ? 'connect-timeout' : 'other'
  },
}

const system = (code: string, syscall: string): Error => Object.assign(new Error(code), { code, syscall })

describe('the time for one address', () => {
  it.each([
    { title: 'a single one has the time of a connection', facts: { steps: 1 }, timeout: 5_000 },
    { title: 'a single one has the time of the user', facts: { connectTimeoutMs: 12_000, steps: 1 }, timeout: 12_000 },
    { title: 'the lookup counts', facts: { spentMs: 4_000, steps: 1 }, timeout: 1_000 },
    { title: 'however long the lookup took, some is left', facts: { spentMs: 9_000, steps: 1 }, timeout: 1 },
    { title: 'no limit stays none', facts: { connectTimeoutMs: 0, spentMs: 9_000, steps: 1 }, timeout: 0 },
    { title: 'one before the last has a second', facts: { steps: 2 }, timeout: 1_000 },
    {
      title: 'one before the last has a second where there is no limit',
      facts: { connectTimeoutMs: 0 },
      timeout: 1_000,
    },
    { title: 'it has less where the user gives less', facts: { connectTimeoutMs: 300 }, timeout: 300 },
    { title: 'it has its share of what is left', facts: { leftMs: 1_001, steps: 4 }, timeout: 251 },
    { title: 'nothing is left', facts: { leftMs: -5 }, timeout: 1 },
  ])('$title: $timeout ms', ({ facts, timeout }) => {
    expect(stepTimeout({ connectTimeoutMs: 5_000, spentMs: 0, leftMs: 30_000, steps: 2, ...facts })).toBe(timeout)
  })
})

describe('which errors lead to the next address', () => {
  it.each([
    { error: system('ECONNREFUSED', 'connect'), unreachable: true },
    { error: system('EHOSTUNREACH', 'connect'), unreachable: true },
    { error: system('ENETUNREACH', 'connect'), unreachable: true },
    { error: system('ETIMEDOUT', 'connect'), unreachable: true },
    { error: system('EADDRNOTAVAIL', 'connect'), unreachable: true },
    { error: new ConnectTimeout(), unreachable: true },
    { error: system('ETIMEDOUT', 'read'), unreachable: false },
    { error: system('EMFILE', 'connect'), unreachable: false },
    { error: new Error('WRONGPASS invalid username-password pair'), unreachable: false },
    { error: 'ECONNREFUSED', unreachable: false },
  ])('$error: $unreachable', ({ error, unreachable }) => {
    expect([isUnreachable(error, host), isWorthAStep(error, host)]).toEqual([unreachable, unreachable])
  })

  it.each([
    { error: system('ECONNRESET', 'connect') },
    { error: system('ECONNRESET', 'read') },
    { error: system('EPIPE', 'write') },
    { error: new HungUp() },
    { error: new HitlessError('WIRE_PROTOCOL', 'Unknown type "H"', { facts: { offset: 0 } }) },
  ])('$error does: something was reached, but nothing serves there', ({ error }) => {
    expect([isUnreachable(error, host), isDead(error, host), isWorthAStep(error, host)]).toEqual([false, true, true])
  })

  it('a server that is no primary does, though it was reached', () => {
    const error = new HitlessError('NOT_PRIMARY', 'The server is a replica', {
      facts: { role: 'slave', endpoint: undefined },
    })
    expect([isUnreachable(error, host), isWorthAStep(error, host)]).toEqual([false, true])
  })
})
