import { channel } from 'node:diagnostics_channel'
import { describe, expect, onTestFinished, test } from 'vitest'
import { MAINT_EVENT_NAMES, type MaintEventName } from '../../../../src/core/events/maint-events.js'
import { oncePerEvent } from '../../../../src/core/events/once-per-event.js'
import { createTell } from '../../../../src/core/events/tell.js'
import { createPublishedHooks } from '../../../../src/engine/link/events/event-channels.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

/** Listens to the channel of an event until the test is over. */
function listenTo(name: MaintEventName): unknown[] {
  const heard: unknown[] = []
  const listener = (message: unknown): void => void heard.push(message)
  const published = channel(`redis-hitless:${name}`)
  published.subscribe(listener)
  onTestFinished(() => void published.unsubscribe(listener))
  return heard
}

describe('the channels of the process', () => {
  test.each(MAINT_EVENT_NAMES)('have %s, with what listeners are told', name => {
    const heard = listenTo(name)
    const clock = createVirtualClock()
    const hooks = createPublishedHooks(clock)
    const told: unknown[] = []
    hooks.onAny(({ payload }) => told.push(payload))
    createTell(hooks, clock)({ name, payload: { fact: 1 } } as never)
    expect(heard).toEqual([{ fact: 1, at: clock.epochMs(), connection: undefined, handoffId: undefined }])
    expect(heard[0]).toBe(told[0])
  })

  test('have the events of every client', () => {
    const heard = listenTo('timeouts:restored')
    const clock = createVirtualClock()
    for (let client = 0; client < 3; client++)
      createTell(createPublishedHooks(clock), clock)({ name: 'timeouts:restored', payload: {} })
    expect(heard).toHaveLength(3)
  })
})

describe('an event that nobody is told of', () => {
  test('is not made', () => {
    const clock = createVirtualClock()
    const hooks = createPublishedHooks(clock)
    let made = 0
    const tell = createTell(oncePerEvent(hooks, clock), {
      epochMs: () => {
        made += 1
        return 0
      },
    })
    const told = (): number => {
      tell({ name: 'timeouts:restored', payload: {} })
      return made
    }
    expect(told()).toBe(0)
    const off = hooks.on('timeouts:restored', () => {})
    expect(told()).toBe(1)
    off()
    expect(told()).toBe(1)
    const offAll = hooks.onAny(() => {})
    expect(told()).toBe(2)
    offAll()
    listenTo('timeouts:restored')
    expect(told()).toBe(3)
    hooks.on('timeouts:relaxed', () => {})
    listenTo('timeouts:relaxed')
    expect(told()).toBe(4)
  })
})
