import { describe, expect, it } from 'vitest'
import { createDeferred, type Deferred } from '../../../../src/base/deferred.js'
import { isHitlessError } from '../../../../src/base/errors.js'
import type { HandoffSizes } from '../../../../src/core/limits/handoff-sizing.js'
import { HandoffScheduler, type OfferResult } from '../../../../src/engine/database/handoffs/handoff-scheduler.js'
import { createVirtualClock, type VirtualClock } from '../../../../src/testing/virtual-clock.js'

/** A scheduler whose tasks end when told to, and a log of what became of them. */
class Stage {
  readonly clock: VirtualClock = createVirtualClock()
  readonly log: string[] = []
  readonly #ends = new Map<string, Deferred<void>>()
  readonly scheduler: HandoffScheduler<string>
  #sizes: HandoffSizes

  constructor(workers: number, queueSize: number) {
    this.#sizes = { workers, queueSize }
    const onError = (error: unknown, key: string): void => void this.log.push(`${key} reported ${error}`)
    this.scheduler = new HandoffScheduler({ sizes: () => this.#sizes, clock: this.clock, onError })
  }

  resize(workers: number, queueSize: number): void {
    this.#sizes = { workers, queueSize }
    this.scheduler.resize()
  }

  /** @param obeys - Whether the task ends as soon as its signal aborts. */
  offer(key: string, { obeys = true }: { obeys?: boolean } = {}): OfferResult {
    const task = async (signal: AbortSignal): Promise<void> => {
      this.log.push(`${key} began`)
      const end = createDeferred<void>()
      this.#ends.set(key, end)
      signal.addEventListener('abort', () => {
        this.log.push(`${key} aborted: ${(signal.reason as Error).message}`)
        if (obeys) end.reject(signal.reason)
      })
      await end.promise
      this.log.push(`${key} ended`)
    }
    return this.scheduler.offer(key, task, { onDropped: reason => void this.log.push(`${key} dropped: ${reason}`) })
  }

  async end(key: string, error?: unknown): Promise<void> {
    const end = this.#ends.get(key)
    if (error === undefined) end?.resolve()
    else end?.reject(error)
    await this.clock.settle()
  }
}

describe('an offer', () => {
  it('begins at once while a worker is free, and in order when one becomes free', async () => {
    const stage = new Stage(2, 10)
    expect(['a', 'b', 'c', 'd'].map(key => stage.offer(key))).toEqual(Array(4).fill('accepted'))
    await stage.end('b')
    await stage.end('a')
    expect(stage.log).toEqual(['a began', 'b began', 'b ended', 'c began', 'a ended', 'd began'])
    expect(stage.scheduler.stats).toMatchObject({ queued: 0, running: 2, peakRunning: 2, accepted: 4, refused: 0 })
    await stage.end('c')
    await stage.end('d')
    expect(stage.scheduler.stats).toMatchObject({ running: 0, peakRunning: 2 })
  })

  it('is a duplicate while its key waits or runs, and no longer', async () => {
    const stage = new Stage(1, 10)
    stage.offer('a')
    stage.offer('b')
    expect([stage.offer('a'), stage.offer('b')]).toEqual(['duplicate', 'duplicate'])
    await stage.end('a')
    expect(stage.offer('a')).toBe('accepted')
    expect(stage.scheduler.stats).toMatchObject({ accepted: 3, duplicates: 2, refused: 0 })
  })

  it('finds the queue full when all workers are busy and all places taken', async () => {
    const stage = new Stage(1, 2)
    expect(['a', 'b', 'c', 'd'].map(key => stage.offer(key))).toEqual(['accepted', 'accepted', 'accepted', 'full'])
    expect(stage.scheduler.stats).toMatchObject({ queued: 2, running: 1, refused: 1 })
    await stage.end('a')
    expect(stage.offer('d')).toBe('accepted')
  })

  it('needs no timer', () => {
    const stage = new Stage(1, 2)
    stage.offer('a')
    stage.offer('b')
    expect(stage.clock.pending).toBe(0)
  })
})

describe('a task', () => {
  it('that rejects is reported and gives its worker back', async () => {
    const stage = new Stage(1, 2)
    stage.offer('a')
    stage.offer('b')
    await stage.end('a', new Error('refused'))
    expect(stage.log).toEqual(['a began', 'a reported Error: refused', 'b began'])
  })

  it('that throws before it returns a promise is reported too', async () => {
    const stage = new Stage(1, 2)
    const task = (): Promise<void> => {
      throw new Error('thrown')
    }
    expect(stage.scheduler.offer('a', task)).toBe('accepted')
    await stage.clock.settle()
    expect(stage.log).toEqual(['a reported Error: thrown'])
    expect(stage.scheduler.stats.running).toBe(0)
  })

  it('may offer the next task itself', async () => {
    const stage = new Stage(1, 2)
    stage.scheduler.offer('a', async () => void stage.offer('b'))
    await stage.clock.settle()
    expect(stage.log).toEqual(['b began'])
  })
})

describe('cancelling', () => {
  it('drops a task that waits', async () => {
    const stage = new Stage(1, 2)
    stage.offer('a')
    stage.offer('b')
    expect(stage.scheduler.cancel('b')).toBe(true)
    await stage.end('a')
    expect(stage.log).toEqual(['a began', 'b dropped: cancelled', 'a ended'])
    expect(stage.scheduler.stats.dropped).toBe(1)
  })

  it('aborts a task that runs, whose worker is free once it has ended, and reports nothing', async () => {
    const stage = new Stage(1, 2)
    stage.offer('a')
    stage.offer('b')
    expect(stage.scheduler.cancel('a')).toBe(true)
    expect(stage.scheduler.stats.running).toBe(1)
    await stage.clock.settle()
    expect(stage.log).toEqual(['a began', 'a aborted: Hand-off cancelled', 'b began'])
  })

  it('frees the key at once, and the new task outlives the end of the old one', async () => {
    const stage = new Stage(2, 2)
    stage.offer('a', { obeys: false })
    stage.scheduler.cancel('a')
    const old = stage.end('a')
    expect(stage.scheduler.offer('a', () => new Promise(() => {}))).toBe('accepted')
    await old
    expect(stage.offer('a')).toBe('duplicate')
    expect(stage.scheduler.stats.running).toBe(1)
  })

  it('an error of an aborted task that is not its abort is reported', async () => {
    const stage = new Stage(1, 2)
    stage.offer('a', { obeys: false })
    stage.scheduler.cancel('a')
    await stage.end('a', new Error('broken'))
    expect(stage.log).toContain('a reported Error: broken')
  })

  it('says when there is nothing to cancel', () => {
    expect(new Stage(1, 2).scheduler.cancel('a')).toBe(false)
  })
})

describe('resizing', () => {
  it('lets more workers begin at once', () => {
    const stage = new Stage(1, 9)
    for (const key of ['a', 'b', 'c']) stage.offer(key)
    stage.resize(3, 9)
    expect(stage.log).toEqual(['a began', 'b began', 'c began'])
  })

  it('takes no task from a worker or out of the queue, but begins and accepts none beyond the sizes', async () => {
    const stage = new Stage(2, 9)
    for (const key of ['a', 'b', 'c', 'd']) stage.offer(key)
    stage.resize(1, 1)
    expect(stage.offer('e')).toBe('full')
    await stage.end('a')
    expect(stage.log).toEqual(['a began', 'b began', 'a ended'])
    await stage.end('b')
    expect(stage.log.at(-1)).toBe('c began')
  })
})

describe('closing', () => {
  it('accepts nothing more and waits until everything accepted has ended', async () => {
    const stage = new Stage(1, 9)
    stage.offer('a')
    stage.offer('b')
    const closed = stage.scheduler.close({ drainWithinMs: 1_000 }).then(() => stage.log.push('closed'))
    expect(stage.offer('c')).toBe('closed')
    await stage.end('a')
    await stage.end('b')
    await closed
    expect(stage.log).toEqual(['a began', 'a ended', 'b began', 'b ended', 'closed'])
    expect(stage.clock.pending).toBe(0)
  })

  it('drops what waits and aborts what runs when the bound is over, and does not wait for what disobeys', async () => {
    const stage = new Stage(1, 9)
    stage.offer('a', { obeys: false })
    stage.offer('b')
    const closed = stage.scheduler.close({ drainWithinMs: 1_000 })
    stage.clock.advanceBy(1_000)
    await closed
    expect(stage.log).toEqual(['a began', 'b dropped: closed', 'a aborted: Hand-off closed'])
    await stage.end('a')
    expect(stage.scheduler.stats).toMatchObject({ running: 0, queued: 0, dropped: 1 })
  })

  it('again with a shorter bound ends both waits', async () => {
    const stage = new Stage(1, 9)
    stage.offer('a')
    stage.offer('b')
    const first = stage.scheduler.close({ drainWithinMs: 60_000 })
    await stage.scheduler.close({ drainWithinMs: 0 })
    await first
    expect(stage.log).toEqual(['a began', 'b dropped: closed', 'a aborted: Hand-off closed'])
    expect(stage.clock.pending).toBe(0)
  })

  it('an idle scheduler takes no time', async () => {
    const stage = new Stage(1, 9)
    await stage.scheduler.close({ drainWithinMs: 1_000 })
    expect(stage.clock.pending).toBe(0)
  })

  it('ends when the last of what waits is cancelled', async () => {
    const stage = new Stage(1, 9)
    stage.offer('a')
    const closed = stage.scheduler.close({ drainWithinMs: 1_000 })
    stage.scheduler.cancel('a')
    await closed
    expect(stage.clock.pending).toBe(0)
  })

  it('aborts with a coded error', async () => {
    const stage = new Stage(1, 9)
    let reason: unknown
    stage.scheduler.offer('a', async signal => {
      signal.addEventListener('abort', () => {
        reason = signal.reason
      })
      await new Promise(() => {})
    })
    await stage.scheduler.close({ drainWithinMs: 0 })
    expect(isHitlessError(reason, 'HANDOFF_FAILED')).toBe(true)
  })
})
