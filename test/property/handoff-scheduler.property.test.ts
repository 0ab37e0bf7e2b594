import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createDeferred, type Deferred } from '../../src/base/deferred.js'
import { HandoffScheduler } from '../../src/engine/database/handoffs/handoff-scheduler.js'
import { createVirtualClock } from '../../src/testing/virtual-clock.js'

type Step =
  | { readonly do: 'offer'; readonly key: number }
  | { readonly do: 'cancel'; readonly key: number }
  | { readonly do: 'end'; readonly failing: boolean; readonly which: number }
  | { readonly do: 'resize'; readonly workers: number; readonly queueSize: number }

const key = fc.nat({ max: 12 })
const sizes = { workers: fc.integer({ min: 1, max: 4 }), queueSize: fc.integer({ min: 1, max: 6 }) }
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('offer' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), key }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('end' as const), failing: fc.boolean(), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resize' as const), ...sizes }) },
)

interface Tally {
  accepted: number
  began: number
  ended: number
  dropped: number
  readonly open: Map<number, Deferred<void>>
}

class Course {
  readonly clock = createVirtualClock()
  readonly tally: Tally = { accepted: 0, began: 0, ended: 0, dropped: 0, open: new Map() }
  readonly scheduler: HandoffScheduler<number>
  #sizes: { workers: number; queueSize: number }
  #most: { workers: number; queueSize: number }
  #number = 0

  constructor(given: { workers: number; queueSize: number }) {
    this.#sizes = given
    this.#most = given
    const onError = (error: unknown): void => expect(String(error)).toContain('refused')
    this.scheduler = new HandoffScheduler({ sizes: () => this.#sizes, clock: this.clock, onError })
  }

  async play(next: Step): Promise<void> {
    if (next.do === 'offer') this.#offer(next.key)
    else if (next.do === 'cancel') this.scheduler.cancel(next.key)
    else if (next.do === 'resize') this.#resize(next)
    else this.#end(next)
    // Several steps may happen before promise jobs have run, as in a real turn of the event loop.
    if (this.#number % 2 === 0) await Promise.resolve()
    const { queued, running } = this.scheduler.stats
    expect(running).toBeLessThanOrEqual(this.#most.workers)
    expect(queued).toBeLessThanOrEqual(this.#most.queueSize)
  }

  #offer(of: number): void {
    this.#number += 1
    const number = this.#number
    const task = async (signal: AbortSignal): Promise<void> => {
      this.tally.began += 1
      const end = createDeferred<void>()
      this.tally.open.set(number, end)
      signal.addEventListener('abort', () => end.reject(signal.reason))
      try {
        await end.promise
      } finally {
        this.tally.open.delete(number)
        this.tally.ended += 1
      }
    }
    const onDropped = (): void => {
      this.tally.dropped += 1
    }
    const result = this.scheduler.offer(of, task, { onDropped })
    if (result === 'accepted') this.tally.accepted += 1
  }

  #end({ failing, which }: Extract<Step, { do: 'end' }>): void {
    const open = [...this.tally.open.values()]
    const end = open[which % Math.max(open.length, 1)]
    if (failing) end?.reject(new Error('refused'))
    else end?.resolve()
  }

  #resize({ workers, queueSize }: Extract<Step, { do: 'resize' }>): void {
    const { queued, running } = this.scheduler.stats
    this.#most = { workers: Math.max(workers, running), queueSize: Math.max(queueSize, queued) }
    this.#sizes = { workers, queueSize }
    this.scheduler.resize()
  }
}

describe('the scheduler, whatever happens in whatever order', () => {
  test('never exceeds its sizes, and every accepted task either ends or is told that it was dropped', async () => {
    const history = fc.array(step, { maxLength: 80 })
    const property = fc.asyncProperty(fc.record(sizes), history, fc.boolean(), async (given, moments, isPatient) => {
      const course = new Course(given)
      for (const next of moments) await course.play(next)
      const closed = course.scheduler.close({ drainWithinMs: isPatient ? 1_000 : 0 })
      await course.clock.settleBy(1_000)
      await closed
      const { accepted, began, ended, dropped } = course.tally
      expect([ended, ended + dropped]).toEqual([began, accepted])
      const { refused, duplicates, ...stats } = course.scheduler.stats
      expect(stats).toMatchObject({ queued: 0, running: 0, accepted, dropped })
      expect(course.clock.pending).toBe(0)
      const offers = moments.filter(next => next.do === 'offer').length
      expect(accepted + refused + duplicates).toBe(offers)
    })
    await fc.assert(property)
  })
})
