import { describe, expect, test } from 'vitest'
import { CONFIGURED } from '../../../../src/core/decide/route.js'
import { createHooks } from '../../../../src/core/events/hooks.js'
import type { EventContext, MaintEvent } from '../../../../src/core/events/maint-events.js'
import type { HookContext, NotificationOutcome } from '../../../../src/core/events/maint-hook.js'
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
const HANDLED: NotificationOutcome = { result: 'handled', handoffId: '1.1' }
const ABOUT: HookContext = {
  at: 1,
  source: 'server',
  link: 1,
  pool: undefined,
  node: 'redis:6379',
  connection: undefined,
  blocking: false,
  subscribed: true,
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
  const create = () => {
    const hooks = createHooks(createVirtualClock())
    const failed: unknown[] = []
    hooks.on('hook:failed', ({ event, error }) => failed.push([event, error]))
    return { hooks, failed, ask: () => hooks.before(MOVING, () => ABOUT) }
  }

  test('skip it if one of them says so, and all are asked', () => {
    const { hooks, ask } = create()
    const asked: string[] = []
    hooks.use({ before: ({ type }) => void asked.push(type) })
    hooks.use({ before: () => 'skip' })
    hooks.use({ before: ({ type }) => void asked.push(type) })
    expect(ask()).toBe('skip')
    expect(asked).toEqual(['moving', 'moving'])
  })

  test('let it pass if none says otherwise, or there are none', () => {
    const { hooks, ask } = create()
    expect(ask()).toBe(MOVING)
    hooks.use({})
    hooks.use({ before: () => undefined })
    expect(ask()).toBe(MOVING)
  })

  test('are told where it came from, and no context is made where there are none', () => {
    const { hooks } = create()
    let made = 0
    const describeIt = (): HookContext => {
      made += 1
      return ABOUT
    }
    hooks.before(MOVING, describeIt)
    hooks.after(MOVING, HANDLED, describeIt)
    hooks.follow('1.1', MOVING, describeIt)
    expect(made).toBe(0)
    const contexts: unknown[] = []
    hooks.use({
      before: (_, context) => void contexts.push(context),
      after: (_, __, context) => contexts.push(context),
    })
    hooks.before(MOVING, describeIt)
    hooks.after(MOVING, HANDLED, describeIt)
    expect(contexts).toEqual([ABOUT, ABOUT])
  })

  test('replace it, each on what the one before has made of it', () => {
    const { hooks, ask } = create()
    const seen: unknown[] = []
    hooks.use({ types: ['moving'], before: moving => ({ ...moving, graceMs: 5 }) })
    hooks.use({ types: ['moving'], before: moving => ({ ...moving, graceMs: moving.graceMs + 1 }) })
    hooks.use({ before: notification => void seen.push(notification) })
    expect(ask()).toEqual({ ...MOVING, graceMs: 6 })
    expect(seen).toEqual([{ ...MOVING, graceMs: 6 }])
  })

  test('are called for their own types only', () => {
    const { hooks, ask } = create()
    hooks.use({ types: ['migrating', 'azure-start'], before: () => 'skip', after: boom, handoffEnded: boom })
    expect(ask()).toBe(MOVING)
    hooks.after(MOVING, HANDLED, () => ABOUT)
    expect(hooks.before({ ...MOVING, type: 'migrating', shards: [] }, () => ABOUT)).toBe('skip')
  })

  test('that throw let it pass, and are reported', () => {
    const { hooks, failed, ask } = create()
    hooks.use({ before: boom, after: boom })
    hooks.use({ types: ['moving'], before: moving => ({ ...moving, graceMs: 5 }) })
    expect(ask()).toEqual({ ...MOVING, graceMs: 5 })
    hooks.after(MOVING, HANDLED, () => ABOUT)
    expect(failed).toEqual([
      ['moving', new Error('boom')],
      ['moving', new Error('boom')],
    ])
  })

  test('that want something in its place that is none let it pass, and are reported', () => {
    const { hooks, failed, ask } = create()
    hooks.use({ types: ['moving'], before: moving => ({ ...moving, graceMs: -1 }) })
    expect(ask()).toBe(MOVING)
    expect(failed).toMatchObject([['moving', { code: 'REPLACEMENT_INVALID' }]])
  })

  test('that are async cannot skip, and what they reject with is reported', async () => {
    const { hooks, ask } = create()
    const failed = new Promise(resolve => hooks.on('hook:failed', resolve))
    hooks.use({ before: (() => Promise.reject(new Error('boom'))) as never })
    expect(ask()).toBe(MOVING)
    expect(await failed).toMatchObject({ event: 'moving', error: new Error('boom') })
  })

  test('learn what became of it, until they are taken back', () => {
    const { hooks } = create()
    const outcomes: unknown[] = []
    const off = hooks.use({ after: ({ type }, outcome) => void outcomes.push([type, outcome]) })
    hooks.after(MOVING, HANDLED, () => ABOUT)
    hooks.after(MOVING, { result: 'ignored', cause: 'skipped' }, () => ABOUT)
    off()
    hooks.after(MOVING, HANDLED, () => ABOUT)
    expect(outcomes).toEqual([
      ['moving', HANDLED],
      ['moving', { result: 'ignored', cause: 'skipped' }],
    ])
  })
})

describe('the end of a hand-off', () => {
  const connection = { link: 1, pool: undefined, id: 1, route: CONFIGURED, address: undefined }
  const context = { at: 9, connection, handoffId: '1.1' }
  const facts = { reason: 'moving', to: CONFIGURED, durationMs: 5, steps: [] } as const
  const completed = { ...facts, pausedMs: 1, attempts: 1, drained: true, ...context }
  const failed = { ...facts, error: 'refused', attempts: 3, ...context }

  test.each<readonly [string, MaintEvent, unknown]>([
    ['completed', { name: 'handoff:completed', payload: completed }, completed],
    ['failed', { name: 'handoff:failed', payload: { ...failed, followedBy: 'nothing' } }, failed],
    ['cancelled', { name: 'handoff:cancelled', payload: { ...facts, cause: 'closed', ...context } }, facts],
  ])('that it %s is told to hooks with the notification that led to it, once', (result, event, facts_) => {
    const hooks = createHooks(createVirtualClock())
    const told: unknown[] = []
    hooks.use({ handoffEnded: (notification, end, about) => void told.push([notification, end, about]) })
    hooks.follow('1.1', MOVING, () => ABOUT)
    hooks.follow('1.2', MOVING, () => ABOUT)
    hooks.emit(event)
    hooks.emit(event)
    expect(told).toEqual([[MOVING, expect.objectContaining({ result, ...(facts_ as object) }), ABOUT]])
  })

  test('is not told while it goes on', () => {
    const hooks = createHooks(createVirtualClock())
    hooks.use({ handoffEnded: boom })
    hooks.on('hook:failed', boom)
    hooks.follow('1.1', MOVING, () => ABOUT)
    hooks.emit({ name: 'handoff:failed', payload: { ...failed, followedBy: 'retry' } })
    hooks.emit({ name: 'timeouts:restored', payload: CONTEXT })
  })
})

test('the same function may listen twice, and each subscription ends by itself', () => {
  const hooks = createHooks(createVirtualClock())
  const told: string[] = []
  const listener = ({ name }: { readonly name: string }): void => void told.push(name)
  const hook = { after: () => void told.push('after') }
  for (const off of [hooks.onAny(listener), hooks.use(hook)]) {
    hooks.onAny(listener)
    hooks.use(hook)
    off()
  }
  hooks.emit({ name: 'timeouts:restored', payload: CONTEXT })
  hooks.after(MOVING, { result: 'handled', handoffId: undefined }, () => ABOUT)
  expect(told).toEqual(['timeouts:restored', 'timeouts:restored', 'after', 'after'])
})

describe('a command that waits', () => {
  const wait = { at: 1, link: 1, pool: undefined, node: undefined, cause: 'handoff', handoffId: '1.1' } as const

  test('is told to each listener, and so is its end, whatever one of them throws', () => {
    const hooks = createHooks(createVirtualClock())
    const told: unknown[] = []
    const failed: unknown[] = []
    hooks.on('hook:failed', ({ event }) => failed.push(event))
    hooks.onWait(boom)
    hooks.onWait(() => boom)
    hooks.onWait(() => {})
    const off = hooks.onWait(began => {
      told.push(began)
      return end => told.push(end)
    })
    const end = { at: 2, error: undefined }
    hooks.wait(() => wait)?.(end)
    expect(told).toEqual([wait, end])
    expect(failed).toEqual(['wait', 'wait'])
    off()
    hooks.wait(() => wait)?.(end)
    expect(told).toHaveLength(2)
  })

  test('is not described where nobody listens', () => {
    const hooks = createHooks(createVirtualClock())
    expect(hooks.wait(boom)).toBeUndefined()
    hooks.onWait(boom)()
    expect(hooks.wait(boom)).toBeUndefined()
  })
})
