import { describe, expect, test } from 'vitest'
import { isHitlessError } from '../../../../src/base/errors.js'
import { Gate, type Patience, type Waiting } from '../../../../src/engine/commands/waiting/gate.js'
import { createVirtualClock, type VirtualClock } from '../../../../src/testing/index.js'

interface Rig {
  readonly clock: VirtualClock
  readonly gate: Gate<string>
  readonly log: string[]
  /** Something that writes down how its wait ended. */
  waiting(name: string, order?: number): Waiting<string>
  patience(given?: Pick<Patience, 'timeoutMs' | 'signal'>): Patience
}

function createRig(capacity = 10): Rig {
  const clock = createVirtualClock()
  const log: string[] = []
  return {
    clock,
    gate: new Gate<string>(clock, capacity),
    log,
    waiting: (name, order = 0) => ({
      order,
      run: connection => void log.push(`${name} ran on ${connection}`),
      reject: error => void log.push(`${name}: ${isHitlessError(error) ? error.code : String(error)}`),
    }),
    patience: given => ({ ...given, onTimeout: () => 'timed out', onAbort: () => 'aborted' }),
  }
}

describe('a gate', () => {
  test('lets everything through in the order in which it came, on the connection that opens it', () => {
    const { gate, log, waiting, patience } = createRig()
    for (const name of ['one', 'two', 'three']) gate.enter(waiting(name), patience())
    expect(gate.length).toBe(3)
    gate.open('b')
    expect(log).toEqual(['one ran on b', 'two ran on b', 'three ran on b'])
    expect(gate.length).toBe(0)
  })

  test('lets nothing through twice', () => {
    const { gate, log, waiting, patience } = createRig()
    gate.enter(waiting('one'), patience())
    gate.open('a')
    gate.open('b')
    gate.fail('closed')
    expect(log).toEqual(['one ran on a'])
  })

  test('keeps what comes while it opens for the next time', () => {
    const { gate, log, waiting, patience } = createRig()
    const again: Waiting<string> = { ...waiting('again'), run: () => gate.enter(waiting('later'), patience()) }
    gate.enter(again, patience())
    gate.enter(waiting('two'), patience())
    gate.open('a')
    expect(log).toEqual(['two ran on a'])
    expect(gate.length).toBe(1)
  })

  test('ends every wait with the same error when it fails', () => {
    const { gate, log, waiting, patience } = createRig()
    gate.enter(waiting('one'), patience())
    gate.enter(waiting('two'), patience())
    gate.fail('closed')
    expect(log).toEqual(['one: closed', 'two: closed'])
  })

  test('ends a wait that takes too long, and only that', () => {
    const { gate, clock, log, waiting, patience } = createRig()
    gate.enter(waiting('hasty'), patience({ timeoutMs: 100 }))
    gate.enter(waiting('patient'), patience({ timeoutMs: 200 }))
    clock.advanceTo(150)
    expect(log).toEqual(['hasty: timed out'])
    gate.open('a')
    clock.advanceTo(1_000)
    expect(log).toEqual(['hasty: timed out', 'patient ran on a'])
  })

  test.each([undefined, 0])('waits as long as it takes with a timeout of %j', timeoutMs => {
    const { gate, clock, waiting, patience } = createRig()
    gate.enter(waiting('one'), patience({ timeoutMs }))
    expect(clock.pending).toBe(0)
    expect(gate.length).toBe(1)
  })

  test('ends a wait that is called back, whenever that is', () => {
    const { gate, log, waiting, patience } = createRig()
    const controller = new AbortController()
    gate.enter(waiting('one'), patience({ signal: controller.signal }))
    controller.abort()
    gate.enter(waiting('two'), patience({ signal: controller.signal }))
    gate.open('a')
    expect(log).toEqual(['one: aborted', 'two: aborted'])
  })

  test('hears nothing of a signal once the wait is over', () => {
    const { gate, log, waiting, patience } = createRig()
    const controller = new AbortController()
    gate.enter(waiting('one'), patience({ signal: controller.signal }))
    gate.open('a')
    controller.abort()
    expect(log).toEqual(['one ran on a'])
  })

  test.each([
    ['opened', (gate: Gate<string>) => gate.open('a')],
    ['failed', (gate: Gate<string>) => gate.fail('closed')],
  ])('leaves no timer when it is %s', (_, end) => {
    const { gate, clock, waiting, patience } = createRig()
    gate.enter(waiting('one'), patience({ timeoutMs: 100 }))
    end(gate)
    expect(clock.pending).toBe(0)
  })

  test('refuses one more than it can hold, at once and retryably', () => {
    const { gate, log, waiting, patience } = createRig(2)
    for (const name of ['one', 'two', 'three']) gate.enter(waiting(name), patience())
    expect(log).toEqual(['three: GATE_FULL'])
    gate.open('a')
    gate.enter(waiting('four'), patience())
    expect(gate.length).toBe(1)
  })

  test('names its capacity when it refuses', () => {
    const { gate, waiting, patience } = createRig(1)
    gate.enter(waiting('one'), patience())
    const refusals: unknown[] = []
    gate.enter({ order: 0, run: () => {}, reject: error => refusals.push(error) }, patience())
    expect(refusals).toMatchObject([{ code: 'GATE_FULL', retryable: true, facts: { capacity: 1 } }])
  })

  test('has room again for what has timed out', () => {
    const { gate, clock, log, waiting, patience } = createRig(1)
    gate.enter(waiting('one'), patience({ timeoutMs: 100 }))
    clock.advanceTo(100)
    gate.enter(waiting('two'), patience())
    gate.open('a')
    expect(log).toEqual(['one: timed out', 'two ran on a'])
  })
})

describe('the turns at a gate', () => {
  test('are those in which things were issued, whenever they came', () => {
    const { gate, log, waiting, patience } = createRig()
    for (const [name, order] of Object.entries({ five: 5, three: 3, one: 1, 'one and a half': 1.5, two: 2 }))
      gate.enter(waiting(name, order), patience())
    gate.open('a')
    expect(log).toEqual(['one', 'one and a half', 'two', 'three', 'five'].map(name => `${name} ran on a`))
  })

  test('leave everybody the own patience', () => {
    const { gate, clock, log, waiting, patience } = createRig()
    gate.enter(waiting('later', 2), patience({ timeoutMs: 100 }))
    gate.enter(waiting('first', 1), patience({ timeoutMs: 50 }))
    clock.advanceTo(100)
    expect(log).toEqual(['first: timed out', 'later: timed out'])
    expect(clock.pending).toBe(0)
  })

  test('share one bound, and nobody pushes out what waits already', () => {
    const { gate, log, waiting, patience } = createRig(2)
    gate.enter(waiting('later', 3), patience())
    gate.enter(waiting('one', 1), patience())
    gate.enter(waiting('two', 2), patience())
    gate.open('a')
    expect(log).toEqual(['two: GATE_FULL', 'one ran on a', 'later ran on a'])
  })

  test('give way to what must go apart, else to the first where one is asked for', () => {
    const { gate, waiting, patience } = createRig()
    const [one, two, three] = ['one', 'two', 'three'].map((name, at) => waiting(name, at))
    if (one === undefined || two === undefined || three === undefined) throw new RangeError('There are three')
    gate.enter(two, patience())
    gate.enter(one, patience())
    expect(gate.takeAhead(false)).toEqual([])
    gate.enter({ ...three, apart: true }, patience())
    expect(gate.takeAhead(true).map(({ order }) => order)).toEqual([2])
    expect(gate.takeAhead(true).map(({ order }) => order)).toEqual([0])
    expect(gate.length).toBe(1)
  })
})
