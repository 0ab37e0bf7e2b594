import { describe, expect, it } from 'vitest'
import { SharedStream, type StreamListener } from '../../../src/base/shared-stream.js'

/** A source of values that notes what is done with it, and a stream that shares it. */
function createStream() {
  const log: string[] = []
  const open: StreamListener<string>[] = []
  const stream = new SharedStream<string>(async listener => {
    log.push('opened')
    open.push(listener)
    return ['first', { dispose: () => log.push('disposed') }]
  })
  const join = (name: string) =>
    stream.join({
      onNext: value => log.push(`${name}: ${value}`),
      onError: ({ message }) => log.push(`${name} failed: ${message}`),
    })
  return { log, open, stream, join }
}

describe('a shared stream', () => {
  it('is opened once, and tells each listener what comes', async () => {
    const { log, open, join } = createStream()
    const [[first], [second]] = await Promise.all([join('a'), join('b')])
    open[0]?.onNext('next')
    expect([first, second]).toEqual(['first', 'first'])
    expect(log).toEqual(['opened', 'a: next', 'b: next'])
  })

  it('gives those who join later the latest value', async () => {
    const { open, join } = createStream()
    await join('a')
    open[0]?.onNext('next')
    const [latest] = await join('b')
    expect(latest).toBe('next')
  })

  it('goes on for the others when one leaves, and ends when it is disposed of', async () => {
    const { log, open, stream, join } = createStream()
    const [, own] = await join('a')
    await join('b')
    own.dispose()
    open[0]?.onNext('next')
    stream.dispose()
    await Promise.resolve()
    expect(log).toEqual(['opened', 'b: next', 'disposed'])
  })

  it('is opened again by who joins after it failed', async () => {
    const { log, open, join } = createStream()
    await join('a')
    open[0]?.onError(new Error('gone'))
    await join('b')
    // The one that failed is owed its end as well.
    expect(log).toEqual(['opened', 'a failed: gone', 'opened', 'disposed'])
  })

  it('is opened again by who joins after it could not be opened', async () => {
    let attempts = 0
    const stream = new SharedStream<string>(async () => {
      attempts += 1
      if (attempts === 1) throw new Error('refused')
      return ['first', { dispose: () => {} }]
    })
    const listener = { onNext: () => {}, onError: () => {} }
    await expect(stream.join(listener)).rejects.toThrow('refused')
    expect((await stream.join(listener))[0]).toBe('first')
  })
})
