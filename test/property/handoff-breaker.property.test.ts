import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Breaker, type BreakerStatus, type Permit } from '../../src/core/limits/breaker.js'

/** A breaker as it should behave, written down as the history that matters since its last change of state. */
interface Model {
  now: number
  /** Numbers the states; a permit counts only in the one it is from. */
  era: number
  state: 'closed' | 'open' | 'half-open'
  enteredAt: number
  grantedAt: number
  /** The permits since the last success, in the order in which they were given. */
  trail: { readonly number: number; failed: boolean }[]
  successes: number
  readonly out: { readonly number: number; readonly era: number }[]
}

interface Real {
  readonly breaker: Breaker
  readonly permits: Map<number, Permit>
  made: number
}

const RESET_MS = 60_000

function enter(model: Model, state: Model['state']): void {
  Object.assign(model, { state, era: model.era + 1, enteredAt: model.now, trail: [], successes: 0 })
}

function probesOut({ out, era }: Model): number {
  return out.filter(permit => permit.era === era).length
}

/** Whether the model gives leave; takes the step to half-open that asking brings about. */
function gives(model: Model): boolean {
  if (model.state === 'open') {
    if (model.now < model.enteredAt + RESET_MS) return false
    enter(model, 'half-open')
  }
  if (model.state === 'half-open' && probesOut(model) >= 3) {
    if (model.now < model.grantedAt + RESET_MS) return false
    model.era += 1
  }
  model.grantedAt = model.now
  return true
}

type Command = fc.Command<Model, Real>
type How = keyof Permit

function command(name: string, run: Command['run']): Command {
  return { check: () => true, toString: () => name, run }
}

const ask: Command = command('ask', (model, real) => {
  const answer = real.breaker.tryAcquire(model.now)
  expect(answer.granted).toBe(gives(model))
  if (!answer.granted) return expect(answer.retryAt).toBeGreaterThan(model.now)
  real.made += 1
  real.permits.set(real.made, answer.permit)
  model.out.push({ number: real.made, era: model.era })
  model.trail.push({ number: real.made, failed: false })
  if (model.state === 'half-open') expect(probesOut(model)).toBeLessThanOrEqual(3)
})

function settle(how: How, which: number): Command {
  return command(`${how} ${which}`, (model, real) => {
    if (model.out.length === 0) return
    const [permit] = model.out.splice(which % model.out.length, 1)
    if (permit === undefined) return
    real.permits.get(permit.number)?.[how](model.now)
    if (permit.era === model.era) count(model, how, permit.number)
    expect(real.breaker.status).toEqual(statusOf(model))
  })
}

function count(model: Model, how: How, number: number): void {
  const { trail, state } = model
  const attempt = trail.find(made => made.number === number)
  if (how === 'succeed') {
    model.trail = trail.filter(made => made.number > number)
    model.successes += 1
    if (state === 'half-open' && model.successes === 3) enter(model, 'closed')
  } else if (how === 'fail') {
    if (attempt !== undefined) attempt.failed = true
    if (state === 'half-open' || longestRow(model) >= 5) enter(model, 'open')
  } else {
    model.trail = trail.filter(made => made !== attempt)
  }
}

/** How many failed in a row, a permit that is still out between two ends it. */
function longestRow({ trail }: Model): number {
  const rows = trail
    .map(({ failed }) => (failed ? 'x' : ' '))
    .join('')
    .split(/ +/)
  return Math.max(...rows.map(row => row.length))
}

function statusOf(model: Model): BreakerStatus {
  const { state, successes, enteredAt } = model
  if (state === 'closed') return { state, failures: longestRow(model) }
  return state === 'open' ? { state, retryAt: enteredAt + RESET_MS } : { state, probes: probesOut(model), successes }
}

function settleAgain(how: How): Command {
  return command(`${how} all that are settled already`, (model, real) => {
    const before = real.breaker.status
    const open = new Set(model.out.map(({ number }) => number))
    for (const [number, permit] of real.permits) if (!open.has(number)) permit[how](model.now)
    expect(real.breaker.status).toEqual(before)
  })
}

function wait(forMs: number): Command {
  return command(`wait ${forMs} ms`, model => {
    model.now += forMs
  })
}

const how = fc.constantFrom<How>('succeed', 'fail', 'release')
const which = fc.nat({ max: 9 })
const steps = [
  fc.constant(ask),
  fc.constant(ask),
  fc.tuple(how, which).map(given => settle(...given)),
  which.map(number => settle('fail', number)),
  fc.constantFrom(0, 1, 30_000, RESET_MS).map(wait),
  how.map(settleAgain),
]
const course = fc.commands<Model, Real>(steps, { maxCommands: 120, size: 'max' })

function begin(): { model: Model; real: Real } {
  const times = { now: 0, enteredAt: 0, grantedAt: 0 }
  return {
    model: { ...times, era: 0, state: 'closed', trail: [], successes: 0, out: [] },
    real: { breaker: new Breaker(), permits: new Map(), made: 0 },
  }
}

describe('the breaker, whatever is asked and settled in whatever order', () => {
  test('does what its model does', () => {
    fc.assert(fc.property(course, commands => fc.modelRun(begin, commands)))
  })

  test('gives leave again at the latest after the reset time, however many permits were lost', () => {
    fc.assert(
      fc.property(course, commands => {
        let end = begin()
        fc.modelRun(() => {
          end = begin()
          return end
        }, commands)
        const { breaker } = end.real
        expect(breaker.tryAcquire(end.model.now + RESET_MS).granted).toBe(true)
      }),
    )
  })
})
