import { describe, expect, test } from 'vitest'
import { createHooks } from '../../../../src/core/events/hooks.js'
import type { EventContext, MaintEvent } from '../../../../src/core/events/maint-events.js'
import type { MaintenanceNotification } from '../../../../src/notifications/notification.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

const CONTEXT: EventContext = { at: 5, connection: undefined, handoffId: '1.1' }
const RELAXED: MaintEvent = { name: 'timeouts:relaxed', payload: { cause: 'moving', ...CONTEXT } }
const MOVING: MaintenanceNotification = {
  type: 'moving',
  sequence: 1,
  graceMs: 1_000,
  endpoint: null,
  receivedAt: 0,
  raw: [],
}
const boom = (): never => {
  throw new Error('boom')
}
/** What an application passes that forgets that nobody waits for its listeners. */
const asyncBoom = (() => Promise.reject(new Error('boom'))) as () => void

describe('subscribing', () => {
  test('to one event tells that one only', () => {
    const hooks = createHooks(createVirtualClock())
    const told: unknown[] = []
    hooks.on('timeouts:relaxed', payload => told.push(payload))
    hooks.emit(RELAXED)
    hooks.emit({ name: 'timeouts:restored', payload: CONTEXT })
    expect(told).toEqual([{ cause: 'moving', ...CONTEXT }])
  })

  test('to all of them tells each by name, in order', () => {
    const hooks = createHooks(createVirtualClock())
    const told: string[] = []
    hooks.onAny(({ name }) => told.push(name))
    hooks.emit(RELAXED)
    hooks.emit({ name: 'timeouts:restored', payload: CONTEXT })
    expect(told).toEqual(['timeouts:relaxed', 'timeouts:restored'])
  })

  test('is taken back by what it returned, twice as well as once', () => {
    const hooks = createHooks(createVirtualClock())
    const told: string[] = []
    const offs = [hooks.on('timeouts:relaxed', () => told.push('one')), hooks.onAny(() => told.push('all'))]
    hooks.on('timeouts:relaxed', () => told.push('other'))
    for (const off of [...offs, ...offs]) off()
    hooks.emit(RELAXED)
    expect(told).toEqual(['other'])
  })

  test('twice with one function tells it twice, and taking one back leaves the other', () => {
    const hooks = createHooks(createVirtualClock())
    let told = 0
    const listener = (): void => {
      told += 1
    }
    const off = hooks.on('timeouts:relaxed', listener)
    hooks.on('timeouts:relaxed', listener)
    hooks.emit(RELAXED)
    expect(told).toBe(2)
    off()
    hooks.emit(RELAXED)
    expect(told).toBe(3)
  })

  test('inside a listener works from the next event on', () => {
    const hooks = createHooks(createVirtualClock())
    const told: string[] = []
    hooks.on('timeouts:relaxed', () => {
      hooks.on('timeouts:relaxed', () => told.push('inner'))
    })
    hooks.emit(RELAXED)
    expect(told).toEqual([])
    hooks.emit(RELAXED)
    expect(told).toEqual(['inner'])
  })
})

describe('a listener that throws', () => {
  test('keeps neither the others nor the emitter from going on, and is reported', () => {
    const hooks = createHooks(createVirtualClock())
    const told: string[] = []
    hooks.on('timeouts:relaxed', boom)
    hooks.onAny(event => void (event.name === 'timeouts:relaxed' && boom()))
    hooks.on('timeouts:relaxed', () => told.push('one'))
    hooks.onAny(({ name }) => told.push(`all: ${name}`))
    hooks.on('hook:failed', ({ event, error }) => told.push(`${event}: ${(error as Error).message}`))
    expect(() => hooks.emit(RELAXED)).not.toThrow()
    expect(told).toEqual([
      'timeouts:relaxed: boom',
      'all: hook:failed',
      'one',
      'timeouts:relaxed: boom',
      'all: hook:failed',
      'all: timeouts:relaxed',
    ])
  })

  test('at being told of a failure is not told of its own', () => {
    const hooks = createHooks(createVirtualClock())
    let told = 0
    hooks.onAny(() => {
      told += 1
      boom()
    })
    expect(() => hooks.emit(RELAXED)).not.toThrow()
    expect(told).toBe(2)
  })

  test('asynchronously is reported as well, and ends no process', async () => {
    const hooks = createHooks(createVirtualClock())
    const failed = new Promise(resolve => hooks.on('hook:failed', resolve))
    hooks.on('timeouts:relaxed', asyncBoom)
    hooks.emit(RELAXED)
    expect(await failed).toMatchObject({ event: 'timeouts:relaxed', error: new Error('boom') })
  })

  test('asynchronously at being told of a failure ends no process either', async () => {
    const hooks = createHooks(createVirtualClock())
    hooks.on('hook:failed', asyncBoom)
    hooks.on('timeouts:relaxed', boom)
    hooks.emit(RELAXED)
    await new Promise(resolve => setImmediate(resolve))
  })
})

describe('the report of a listener that throws', () => {
  test('says when it threw, and what its event was about', () => {
    const clock = createVirtualClock()
    const hooks = createHooks(clock)
    const failed: unknown[] = []
    hooks.on('hook:failed', failure => failed.push(failure))
    hooks.on('timeouts:relaxed', boom)
    clock.advanceBy(7)
    hooks.emit(RELAXED)
    const { connection, handoffId } = CONTEXT
    const error = new Error('boom')
    expect(failed).toEqual([{ event: 'timeouts:relaxed', error, at: clock.epochMs(), connection, handoffId }])
  })
})

describe('hooks around a notification', () => {
  test('skip it if one of them says so, and all are asked', () => {
    const hooks = createHooks(createVirtualClock())
    const asked: string[] = []
    hooks.use({ before: ({ type }) => void asked.push(type) })
    hooks.use({ before: () => 'skip' })
    hooks.use({ before: ({ type }) => void asked.push(type) })
    expect(hooks.before(MOVING)).toBe(true)
    expect(asked).toEqual(['moving', 'moving'])
  })

  test('let it pass if none says otherwise, or there are none', () => {
    const hooks = createHooks(createVirtualClock())
    expect(hooks.before(MOVING)).toBe(false)
    hooks.use({})
    hooks.use({ before: () => undefined })
    expect(hooks.before(MOVING)).toBe(false)
  })

  test('that throw let it pass, and are reported', () => {
    const hooks = createHooks(createVirtualClock())
    const failed: unknown[] = []
    hooks.on('hook:failed', failure => failed.push(failure))
    hooks.use({ before: boom, after: boom })
    expect(hooks.before(MOVING)).toBe(false)
    hooks.after(MOVING, 'acted-on')
    expect(failed).toMatchObject([
      { event: 'moving', error: new Error('boom') },
      { event: 'moving', error: new Error('boom') },
    ])
  })

  test('that are async cannot skip, and what they reject with is reported', async () => {
    const hooks = createHooks(createVirtualClock())
    const failed = new Promise(resolve => hooks.on('hook:failed', resolve))
    hooks.use({ before: (() => Promise.reject(new Error('boom'))) as never })
    expect(hooks.before(MOVING)).toBe(false)
    expect(await failed).toMatchObject({ event: 'moving', error: new Error('boom') })
  })

  test('learn how it ended, until they are taken back', () => {
    const hooks = createHooks(createVirtualClock())
    const outcomes: string[] = []
    const off = hooks.use({ after: ({ type }, outcome) => void outcomes.push(`${type} ${outcome}`) })
    hooks.after(MOVING, 'acted-on')
    hooks.after(MOVING, 'skipped')
    off()
    hooks.after(MOVING, 'acted-on')
    expect(outcomes).toEqual(['moving acted-on', 'moving skipped'])
  })
})
