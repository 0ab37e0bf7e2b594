import { expect, it } from 'vitest'
import { type Due, DueLine } from '../../../../src/engine/commands/self-sent/due-line.js'
import { createVirtualClock } from '../../../../src/testing/index.js'

interface Call extends Due {
  readonly name: string
}

function createRig() {
  const clock = createVirtualClock()
  const log: string[] = []
  let relaxedMs: number | undefined
  const line = new DueLine<Call>({
    clock,
    timeoutMs: 100,
    relaxedMs: () => relaxedMs,
    onDue: ({ name }) => log.push(`${name} at ${clock.now() - beganAt}`),
  })
  const beganAt = clock.now()
  const send = (name: string): Call => {
    const call: Call = { name, sentAt: clock.now(), isOver: false, next: undefined }
    line.add(call)
    return call
  }
  const relax = (toMs: number | undefined): void => {
    relaxedMs = toMs
  }
  return { clock, log, line, send, relax }
}

it('calls end after their time, in the order in which they began, but for those that have their answer', () => {
  const { clock, log, send, line } = createRig()
  const first = send('first')
  clock.advanceBy(10)
  const second = send('second')
  clock.advanceBy(10)
  send('third')
  send('fourth')
  line.end(second)
  line.end(first)
  clock.advanceBy(99)
  expect(log).toEqual([])
  clock.advanceBy(1)
  expect(log).toEqual(['third at 120', 'fourth at 120'])
  expect(line.isEmpty).toBe(true)
})

it('a call that is over while earlier ones wait ends none of them', () => {
  const { clock, log, send, line } = createRig()
  send('first')
  const second = send('second')
  line.end(second)
  expect(line.isEmpty).toBe(false)
  clock.advanceBy(100)
  expect(log).toEqual(['first at 100'])
})

it('calls have longer while timeouts are raised, also those in flight', () => {
  const { clock, log, send, relax, line } = createRig()
  const call = send('slow')
  clock.advanceBy(50)
  relax(300)
  clock.advanceBy(249)
  expect(log).toEqual([])
  expect(line.leftMs(call)).toBe(1)
  clock.advanceBy(1)
  expect(log).toEqual(['slow at 300'])
})

it('one timer does for all, and none is left when nobody waits and the client is closed', () => {
  const { clock, log, send, line } = createRig()
  for (const name of ['a', 'b', 'c']) line.end(send(name))
  expect(clock.pending).toBe(1)
  line.rest()
  expect(clock.pending).toBe(0)
  send('again')
  clock.advanceBy(100)
  expect(log).toEqual(['again at 100'])
})
