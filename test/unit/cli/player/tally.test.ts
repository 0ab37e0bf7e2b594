import { SocketClosedUnexpectedlyError } from '@redis/client'
import { expect, it } from 'vitest'
import { Tally } from '../../../../src/cli/player/notes/tally.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

function createTally() {
  const clock = createVirtualClock()
  return { clock, tally: new Tally(clock, 'first') }
}

const RESET = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })

it('counts a command for the step in which it was issued', () => {
  const { clock, tally } = createTally()
  const early = tally.begin()
  clock.advanceBy(10)
  tally.enter('second', false)
  const late = tally.begin()
  clock.advanceBy(5)
  tally.succeed(early)
  tally.succeed(late)
  expect(tally.steps()).toMatchObject([
    { step: 'first', answered: 1, longestMs: 15 },
    { step: 'second', answered: 1, longestMs: 5 },
  ])
})

it('counts what a command without an answer has waited so far', () => {
  const { clock, tally } = createTally()
  tally.begin()
  clock.advanceBy(300)
  tally.begin()
  clock.advanceBy(100)
  expect(tally.steps()).toMatchObject([{ unanswered: 2, longestMs: 400 }])
  expect(tally.sample()).toMatchObject({ unanswered: 2, waitingMs: 400, longestMs: 400 })
})

it('tells in a sample what came since the last one', () => {
  const { clock, tally } = createTally()
  const [first, second] = [tally.begin(), tally.begin()]
  clock.advanceBy(8)
  tally.succeed(first)
  expect(tally.sample()).toMatchObject({ answered: 1, recent: { answered: 1, longestMs: 8 } })
  clock.advanceBy(4)
  tally.succeed(second)
  expect(tally.sample()).toMatchObject({ answered: 2, longestMs: 12, recent: { answered: 1, longestMs: 12 } })
  expect(tally.sample()).toMatchObject({ answered: 2, recent: { answered: 0, longestMs: 0 } })
})

it('calls a lost connection a failure when nobody meant to cut it', () => {
  const { tally } = createTally()
  expect(tally.fail(tally.begin(), RESET)).toBe('failed')
  expect(tally.fail(tally.begin(), new SocketClosedUnexpectedlyError())).toBe('failed')
  expect(tally.failures()).toEqual({ 'read ECONNRESET': 1, 'Socket closed unexpectedly': 1 })
})

it('tells commands that were in flight at a reset from failures', () => {
  const { tally } = createTally()
  const before = tally.begin()
  tally.enter('reset', true)
  const during = tally.begin()
  expect(tally.fail(before, RESET)).toBe('cut')
  expect(tally.fail(during, new SocketClosedUnexpectedlyError())).toBe('cut')
  expect(tally.sample()).toMatchObject({ failed: 0, cut: 2 })
  expect(tally.failures()).toEqual({})
})

it('calls a command a failure that was issued after the reset had been seen', () => {
  const { tally } = createTally()
  tally.enter('reset', true)
  const inFlight = tally.begin()
  expect(tally.fail(inFlight, RESET)).toBe('cut')
  expect(tally.fail(tally.begin(), RESET)).toBe('failed')
})

it('calls any other error during a reset a failure', () => {
  const { tally } = createTally()
  tally.enter('reset', true)
  expect(tally.fail(tally.begin(), new Error('The client is closed'))).toBe('failed')
  tally.enter('after', false)
  expect(tally.fail(tally.begin(), RESET)).toBe('failed')
})

it('turns an answer that is wrong into a failure', () => {
  const { tally } = createTally()
  const ticket = tally.begin()
  tally.succeed(ticket)
  tally.wrong(ticket, 'GET did not return what was acknowledged')
  expect(tally.sample()).toMatchObject({ answered: 0, failed: 1 })
  expect(tally.failures()).toEqual({ 'GET did not return what was acknowledged': 1 })
})

it('sums the durations of all steps up', () => {
  const { clock, tally } = createTally()
  const first = tally.begin()
  clock.advanceBy(7)
  tally.succeed(first)
  tally.enter('second', false)
  const second = tally.begin()
  clock.advanceBy(3)
  tally.succeed(second)
  expect([tally.latencies().count, tally.latencies().longestMs]).toEqual([2, 7])
})
