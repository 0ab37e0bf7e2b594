import { describe, expect, it } from 'vitest'
import { createDeferred } from '../../../../src/base/deferred.js'
import type { Delivery } from '../../../../src/engine/ports.js'
import { MessageBuffer, withoutHeard } from '../../../../src/engine/session/message-buffer.js'

const delivery = (message: string, key = 'news'): Delivery => ({
  kind: 'CHANNELS',
  key,
  message: Buffer.from(message),
  channel: Buffer.from(key),
})
const all = (text: string, key?: string): Delivery[] => [...text].map(message => delivery(message, key))
const texts = (deliveries: readonly Delivery[]): string => deliveries.map(({ message }) => String(message)).join('')

/** A buffer, and what it delivered. */
function startBuffer() {
  const delivered: string[] = []
  const buffer = new MessageBuffer({ deliver: ({ message }) => delivered.push(String(message)) })
  return {
    buffer,
    delivered,
    hear: (text: string) => {
      for (const message of text) buffer.take(delivery(message))
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

  it('compares lists of stale keys by content', () => {
    const stale = (...keys: string[]): Delivery => ({ ...delivery(''), message: keys.map(key => Buffer.from(key)) })
    expect(withoutHeard([stale('a', 'b')], [stale('a', 'b')])).toEqual([])
    expect(withoutHeard([stale('a', 'c')], [stale('a', 'b')])).toHaveLength(1)
  })
})

describe('a buffer', () => {
  it('keeps its messages back until it takes over', () => {
    const { buffer, delivered, hear } = startBuffer()
    hear('ab')
    expect(delivered).toEqual([])
    buffer.takeOver(undefined, () => Promise.resolve())
    hear('c')
    expect(delivered.join('')).toBe('abc')
  })

  it('waits until it has caught up, then drops what the one before had delivered', async () => {
    const old = startBuffer()
    old.buffer.takeOver(undefined, () => Promise.resolve())
    old.buffer.record()
    const next = startBuffer()
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
    const old = startBuffer()
    old.buffer.takeOver(undefined, () => Promise.resolve())
    old.buffer.record()
    old.hear('a')
    const second = startBuffer()
    second.buffer.takeOver(old.buffer, () => new Promise(() => {}))
    second.buffer.record()
    second.hear('ab')
    const third = startBuffer()
    third.hear('b')
    third.buffer.takeOver(second.buffer, () => new Promise(() => {}))
    third.hear('c')
    third.buffer.finish()
    expect([old, second, third].flatMap(({ delivered }) => delivered).join('')).toBe('abc')
  })
})
