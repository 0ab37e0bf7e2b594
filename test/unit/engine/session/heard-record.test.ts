import { describe, expect, it } from 'vitest'
import type { Delivery } from '../../../../src/engine/ports.js'
import { HeardRecord } from '../../../../src/engine/session/subscriptions/heard-record.js'

const delivery = (message: string, key = 'news'): Delivery => ({
  kind: 'CHANNELS',
  key,
  message: Buffer.from(message),
  channel: Buffer.from(key),
})
const texts = (deliveries: readonly Delivery[]): string => deliveries.map(({ message }) => String(message)).join('')

/**
 * What was heard, as one word: behind `>` the next connection was told to subscribe, behind `!` both were subscribed for sure.
 */
function recordOf(heard: string): HeardRecord {
  const record = new HeardRecord()
  if (!heard.includes('>')) record.begin()
  for (const sign of heard) {
    if (sign === '>') record.begin()
    else if (sign === '!') record.countFrom('CHANNELS', ['news'])
    else record.note(delivery(sign))
  }
  return record
}

const newsIn = (kept: readonly Delivery[], heard: HeardRecord): string => texts(heard.newsIn(kept, new Map()))

describe('a record of what was heard', () => {
  it.each([
    ['a!bc', 'bcd', 'd'],
    ['a!bc', 'abcd', 'd'],
    ['ab!c', 'bcd', 'd'],
    ['abc', 'bcd', 'd'],
    ['!abc', 'abc', ''],
    ['abc', 'def', 'def'],
    ['', 'abc', 'abc'],
    ['abc', '', ''],
    ['a>b', 'ac', 'ac'],
  ])('having heard %j, %j brings %j', (heard, kept, news) => {
    expect(
      newsIn(
        [...kept].map(each => delivery(each)),
        recordOf(heard),
      ),
    ).toBe(news)
  })

  it.each([
    ['!xxx', 'xxxx', 'x'],
    ['xx!xx', 'xxxx', 'xx'],
    ['xxxx>x', 'x', 'x'],
    ['x', 'xx', 'xx'],
    ['x>!xx', 'xxx', 'x'],
    ['xyxy!', 'xyxyx', 'xyxyx'],
  ])(
    'of a channel that repeats itself, having heard %j, %j brings %j: rather too much than too little',
    (heard, kept, news) => {
      expect(
        newsIn(
          [...kept].map(each => delivery(each)),
          recordOf(heard),
        ),
      ).toBe(news)
    },
  )

  it('compares each channel by itself, and keeps the order across channels', () => {
    const record = new HeardRecord()
    record.begin()
    for (const each of [delivery('a', 'one'), delivery('b', 'two')]) record.note(each)
    const kept = [delivery('b', 'two'), delivery('c', 'two'), delivery('a', 'one'), delivery('d', 'one')]
    expect(newsIn(kept, record)).toBe('cd')
  })

  it('compares lists of stale keys by content', () => {
    const stale = (...keys: string[]): Delivery => ({ ...delivery(''), message: keys.map(key => Buffer.from(key)) })
    const record = new HeardRecord()
    record.begin()
    record.note(stale('a', 'b'))
    expect(record.newsIn([stale('a', 'b')], new Map())).toEqual([])
    expect(record.newsIn([stale('a', 'c')], new Map())).toHaveLength(1)
  })

  it('counts what it no longer keeps', () => {
    const record = recordOf('!')
    for (let number = 0; number < 25_000; number++) record.note(delivery(`${number},`))
    const kept = Array.from({ length: 6_000 }, (_, at) => delivery(`${20_000 + at},`))
    expect(texts(record.newsIn(kept, new Map([['CHANNELS news', 20_000]])))).toMatch(/^25000,25001,.*25999,$/)
  })

  it('forgets the channels that nobody listens to any more', () => {
    const record = recordOf('!ab')
    record.drop('CHANNELS', ['news'])
    expect(record.isEmpty).toBe(true)
    expect(newsIn([delivery('a')], record)).toBe('a')
  })
})
