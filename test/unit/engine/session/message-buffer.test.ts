import { describe, expect, it } from 'vitest'
import { createDeferred } from '../../../../src/base/deferred.js'
import { type Delivery, Feed, withoutHeard } from '../../../../src/engine/session/message-buffer.js'

const delivery = (message: string, key = 'news'): Delivery => ({
  kind: 'CHANNELS',
  key,
  form: 'strings',
  message,
  channel: key,
})
const all = (text: string, key?: string): Delivery[] => [...text].map(message => delivery(message, key))
const texts = (deliveries: readonly Delivery[]): string => deliveries.map(({ message }) => message).join('')

/** A feed, what it delivered, and its listener as the host calls it. */
function startFeed() {
  const delivered: string[] = []
  const feed = new Feed(({ message }) => delivered.push(String(message)))
  const [listener] = feed.listenersFor('CHANNELS', 'news', ['strings']).strings
  return {
    feed,
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

describe('a feed', () => {
  it('keeps its messages back until it takes over', () => {
    const { feed, delivered, hear } = startFeed()
    hear('ab')
    expect(delivered).toEqual([])
    feed.takeOver(undefined, () => Promise.resolve())
    hear('c')
    expect(delivered.join('')).toBe('abc')
  })

  it('waits until it has caught up, then drops what the one before had delivered', async () => {
    const old = startFeed()
    old.feed.takeOver(undefined, () => Promise.resolve())
    old.feed.record()
    const next = startFeed()
    old.hear('abc')
    next.hear('b')
    const caughtUp = createDeferred<void>()
    next.feed.takeOver(old.feed, () => caughtUp.promise)
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
    old.feed.takeOver(undefined, () => Promise.resolve())
    old.feed.record()
    old.hear('a')
    const second = startFeed()
    second.feed.takeOver(old.feed, () => new Promise(() => {}))
    second.feed.record()
    second.hear('ab')
    const third = startFeed()
    third.hear('b')
    third.feed.takeOver(second.feed, () => new Promise(() => {}))
    third.hear('c')
    third.feed.finish()
    expect([old, second, third].flatMap(({ delivered }) => delivered).join('')).toBe('abc')
  })
})
