import { describe, expect, it } from 'vitest'
import { createDeferred } from '../../../../src/base/deferred.js'
import type { Delivery } from '../../../../src/engine/ports.js'
import { MessageBuffer } from '../../../../src/engine/session/subscriptions/message-buffer.js'

const delivery = (message: string): Delivery => ({
  kind: 'CHANNELS',
  key: 'news',
  message: Buffer.from(message),
  channel: Buffer.from('news'),
})

/** A buffer, and what it delivered. */
function startBuffer(before?: MessageBuffer) {
  const delivered: string[] = []
  const buffer = new MessageBuffer({ deliver: ({ message }) => delivered.push(String(message)) }, before)
  const hear = (text: string): void => {
    for (const message of text) buffer.take(delivery(message))
  }
  return { buffer, delivered, hear }
}

/** One that serves. */
function startServing() {
  const old = startBuffer()
  old.buffer.takeOver(() => Promise.resolve())
  return old
}

/** One that is subscribed, and waits. */
function startWaiting(before: MessageBuffer) {
  const next = startBuffer(before)
  next.buffer.heard?.begin()
  return next
}

const never = (): Promise<unknown> => new Promise(() => {})

describe('a buffer', () => {
  it('keeps its messages back until it takes over', () => {
    const { buffer, delivered, hear } = startBuffer()
    hear('ab')
    expect(delivered).toEqual([])
    buffer.takeOver(() => Promise.resolve())
    hear('c')
    expect(delivered.join('')).toBe('abc')
  })

  it('waits until it has caught up, then drops what the one before had delivered', async () => {
    const old = startServing()
    const next = startWaiting(old.buffer)
    old.hear('abc')
    next.hear('b')
    const caughtUp = createDeferred<void>()
    next.buffer.takeOver(() => caughtUp.promise)
    old.hear('x')
    next.hear('cd')
    expect(next.delivered).toEqual([])
    caughtUp.resolve()
    await caughtUp.promise
    next.hear('e')
    expect(old.delivered.join('') + next.delivered.join('')).toBe('abcde')
  })

  it('knows what the one before had delivered also where that is gone already', async () => {
    const old = startServing()
    const next = startWaiting(old.buffer)
    next.buffer.heard?.countFrom('CHANNELS', ['news'])
    for (const each of [old, next]) each.hear('ab')
    old.buffer.finish()
    next.hear('c')
    const caughtUp = Promise.resolve()
    next.buffer.takeOver(() => caughtUp)
    await caughtUp
    expect(next.delivered.join('')).toBe('c')
  })

  it('records while it still catches up, for the hand-off that follows at once', () => {
    const old = startServing()
    const second = startWaiting(old.buffer)
    old.hear('a')
    second.buffer.takeOver(never)
    const third = startWaiting(second.buffer)
    second.hear('ab')
    third.hear('b')
    third.buffer.takeOver(never)
    third.hear('c')
    third.buffer.finish()
    expect([old, second, third].flatMap(({ delivered }) => delivered).join('')).toBe('abc')
  })

  it('forgets what it kept of a channel that nobody listens to any more', () => {
    const old = startServing()
    const next = startWaiting(old.buffer)
    next.hear('a')
    next.buffer.drop('CHANNELS', ['news'])
    next.hear('b')
    next.buffer.takeOver(() => Promise.resolve())
    expect(next.delivered).toEqual(['b'])
  })
})
