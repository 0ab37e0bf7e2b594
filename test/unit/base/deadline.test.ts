import { describe, expect, test } from 'vitest'
import { withDeadline } from '../../../src/base/deadline.js'
import { createDeferred } from '../../../src/base/deferred.js'
import { createVirtualClock } from '../../../src/testing/index.js'

describe('withDeadline', () => {
  test('gives the result that comes in time, and leaves no timer', async () => {
    const clock = createVirtualClock()
    const { promise, resolve } = createDeferred<string>()
    const result = withDeadline(promise, { clock, withinMs: 100, onLate: () => 'late' })
    clock.advanceTo(99)
    resolve('in time')
    expect(await result).toBe('in time')
    await clock.settle()
    expect(clock.pending).toBe(0)
  })

  test('gives what stands in for a late result, which is dropped', async () => {
    const clock = createVirtualClock()
    const { promise, resolve } = createDeferred<string>()
    const result = withDeadline(promise, { clock, withinMs: 100, onLate: () => 'late' })
    clock.advanceTo(100)
    resolve('too late')
    expect(await result).toBe('late')
  })

  test('rejects with what onLate throws', async () => {
    const clock = createVirtualClock()
    const onLate = (): never => {
      throw new RangeError('late')
    }
    const result = withDeadline(new Promise<never>(() => {}), { clock, withinMs: 100, onLate })
    clock.advanceTo(100)
    await expect(result).rejects.toThrow(new RangeError('late'))
  })

  test('passes a rejection on, and leaves no timer', async () => {
    const clock = createVirtualClock()
    const result = withDeadline(Promise.reject(new Error('refused')), { clock, withinMs: 100, onLate: () => 'late' })
    await expect(result).rejects.toThrow('refused')
    await clock.settle()
    expect(clock.pending).toBe(0)
  })

  test('leaves no unhandled rejection when the promise fails after its time', async () => {
    const clock = createVirtualClock()
    const { promise, reject } = createDeferred<string>()
    const result = withDeadline(promise, { clock, withinMs: 100, onLate: () => 'late' })
    clock.advanceTo(100)
    reject(new Error('too late'))
    expect(await result).toBe('late')
    await clock.settle()
  })
})
