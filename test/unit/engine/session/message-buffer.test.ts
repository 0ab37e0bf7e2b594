import { describe, expect, it } from 'vitest'
import { createDeferred } from '../../../../src/base/deferred.js'
import { type Delivery, MessageBuffer, withoutHeard } from '../../../../src/engine/session/message-buffer.js'

const delivery = (message: string, key = 'news'): Delivery => ({
  kind: 'CHANNELS',
  key,
  form: 'strings',
  message,
  channel: key,
})
const all = (text: string, key?: string): Delivery[] => [...text].map(message => delivery(message, key))
const texts = (deliveries: readonly Delivery[]): string => deliveries.map(({ message }) => message).join('')

/** A buffer, what it delivered, and its listener as the host calls it. */
function startFeed() {
  const delivered: string[] = []
  const buffer = new MessageBuffer(({ message }) => delivered.push(String(message)))
  const [listener] = buffer.listenersFor('CHANNELS', 'news', ['strings']).strings
  return {
    buffer,
    delivered,
    hear: (text: string) => {
      for (const m of text) listener?.(m as never, 'news' as never)
    },
  }
}

describe('withoutHeard', () => {
  it.each([
    ['abc', 'bcd', 'd'],
    ['abc', 'abc', ''],
    ['abc', 'def', 'def'],
    ['', 'abc', 'abc'],
    ['abc', '', ''],
    ['xaba', 'abac', 'c'],
  ])('having heard %j, %j brings %j', (heard, kept, news) => {
    expect(texts(withoutHeard(all(kept), all(heard)))).toBe(news)
  })

  it('compares each channel by itself, and keeps the order across channels', () => {
    const heard = [delivery('a', 'one'), delivery('b', 'two')]
    const kept = [delivery('b', 'two'), delivery('c', 'two'), delivery('a', 'one'), delivery('d', 'one')]
    expect(texts(withoutHeard(kept, heard))).toBe('cd')
  })

  it('compares buffers by content', () => {
    const raw = (): Delivery => ({ ...delivery(''), message: Buffer.from('a') })
    expect(withoutHeard([raw()], [raw()])).toEqual([])
  })
})

describe('a buffer', () => {
  it('keeps its messages back until it takes over', () => {
    const { buffer, delivered, hear } = startFeed()
    hear('ab')
    expect(delivered).toEqual([])
    buffer.takeOver(undefined, () => Promise.resolve())
    hear('c')
    expect(delivered.join('')).toBe('abc')
  })

  it('waits until it has caught up, then drops what the one before had delivered', async () => {
    const old = startFeed()
    old.buffer.takeOver(undefined, () => Promise.resolve())
    old.buffer.record()
    const next = startFeed()
    old.hear('abc')
    next.hear('b')
    const caughtUp = createDeferred<void>()
    next.buffer.takeOver(old.buffer, () => caughtUp.promise)
    old.hear('x')
    next.hear('cd')
    expect(next.delivered).toEqual([])
    caughtUp.resolve()
    await caughtUp.promise
    next.hear('e')
    expect(old.delivered.join('') + next.delivered.join('')).toBe('abcde')
  })

  it('records while it still catches up, for the hand-off that follows at once', () => {
    const old = startFeed()
    old.buffer.takeOver(undefined, () => Promise.resolve())
    old.buffer.record()
    old.hear('a')
    const second = startFeed()
    second.buffer.takeOver(old.buffer, () => new Promise(() => {}))
    second.buffer.record()
    second.hear('ab')
    const third = startFeed()
    third.hear('b')
    third.buffer.takeOver(second.buffer, () => new Promise(() => {}))
    third.hear('c')
    third.buffer.finish()
    expect([old, second, third].flatMap(({ delivered }) => delivered).join('')).toBe('abc')
  })
})
