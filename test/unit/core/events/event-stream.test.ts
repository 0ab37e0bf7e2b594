import { describe, expect, test } from 'vitest'
import { EventStreams, listen, nextOf, STREAM_CAPACITY } from '../../../../src/core/events/event-stream.js'
import { createHooks } from '../../../../src/core/events/hooks.js'
import type { EventContext, MaintEvent } from '../../../../src/core/events/maint-events.js'
import { createVirtualClock } from '../../../../src/testing/index.js'

const CONTEXT: EventContext = { at: 0, connection: undefined, handoffId: undefined }
const RESTORED: MaintEvent = { name: 'timeouts:restored', payload: CONTEXT }
const relaxed = (at: number): MaintEvent => ({
  name: 'timeouts:relaxed',
  payload: { ...CONTEXT, cause: 'moving', at },
})

const create = () => {
  const hooks = createHooks(createVirtualClock())
  return { hooks, streams: new EventStreams(hooks), end: new AbortController() }
}

describe('a subscription with a signal', () => {
  test('ends with it, and does not begin after it', () => {
    const { hooks, end } = create()
    let told = 0
    const listener = (): void => {
      told += 1
    }
    listen(hooks, { name: 'timeouts:restored', listener, signal: end.signal })
    hooks.emit(RESTORED)
    end.abort()
    listen(hooks, { name: 'timeouts:restored', listener, signal: end.signal })
    hooks.emit(RESTORED)
    expect(told).toBe(1)
  })
})

describe('the wait for an event', () => {
  test('resolves with the payload of the next one', async () => {
    const { hooks } = create()
    const next = nextOf(hooks, 'timeouts:relaxed')
    for (const at of [1, 2]) hooks.emit(relaxed(at))
    expect(await next).toMatchObject({ cause: 'moving', at: 1 })
  })

  test('rejects with the reason of its signal, before and while it waits', async () => {
    const { hooks, end } = create()
    const waits = [nextOf(hooks, 'timeouts:restored', { signal: end.signal })]
    end.abort('enough')
    waits.push(nextOf(hooks, 'timeouts:restored', { signal: end.signal }))
    expect(await Promise.allSettled(waits)).toEqual(Array(2).fill({ status: 'rejected', reason: 'enough' }))
  })
})

describe('a stream of events', () => {
  test('has those of the names that were asked for, in order, until the client is closed', async () => {
    const { hooks, streams } = create()
    const stream = streams.open({ names: ['timeouts:relaxed'] })
    for (const event of [relaxed(1), RESTORED, relaxed(2)]) hooks.emit(event)
    streams.endAll()
    hooks.emit(relaxed(3))
    const read: number[] = []
    for await (const { payload } of stream) read.push(payload.at)
    expect(read).toEqual([1, 2])
  })

  test('gives what comes to a reader that waits, and ends for it with the signal', async () => {
    const { hooks, streams, end } = create()
    const stream = streams.open({ signal: end.signal })
    const reads = [stream.next(), stream.next()]
    hooks.emit(RESTORED)
    end.abort()
    expect(await Promise.all(reads)).toEqual([
      { value: RESTORED, done: false },
      { value: undefined, done: true },
    ])
    expect(await streams.open({ signal: end.signal }).next()).toMatchObject({ done: true })
  })

  test('keeps the latest for a reader that is behind', async () => {
    const { hooks, streams } = create()
    const stream = streams.open()
    for (let at = 0; at < STREAM_CAPACITY + 5; at++) hooks.emit(relaxed(at))
    expect(await stream.next()).toMatchObject({ value: { payload: { at: 5 } } })
  })

  test('takes its subscription back when the reader leaves the loop', async () => {
    const { hooks, streams } = create()
    const stream = streams.open()
    for (const at of [1, 2]) hooks.emit(relaxed(at))
    for await (const _ of stream) break
    hooks.emit(relaxed(3))
    expect(await stream.next()).toMatchObject({ done: true })
  })
})
