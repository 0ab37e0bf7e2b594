import { describe, expect, it } from 'vitest'
import { createDeferred, type Deferred } from '../../../src/base/deferred.js'
import { SingleFlight } from '../../../src/base/single-flight.js'

/** A flight whose tasks are settled by the test, in the order in which they began. */
function openFlight() {
  const flight = new SingleFlight<string>()
  const begun: Deferred<string>[] = []
  const task = (): Promise<string> => {
    const deferred = createDeferred<string>()
    begun.push(deferred)
    return deferred.promise
  }
  return { begun, run: () => flight.run(task) }
}

describe('a single flight', () => {
  it('begins a task at once, and lets those who come meanwhile share its promise', async () => {
    const { begun, run } = openFlight()
    const [first, second] = [run(), run()]
    expect([begun.length, second === first]).toEqual([1, true])
    begun[0]?.resolve('found')
    expect(await Promise.all([first, second])).toEqual(['found', 'found'])
  })

  it('begins again for those who come once the outcome is known, also at the moment of it', async () => {
    const { begun, run } = openFlight()
    const again: Promise<string>[] = []
    const first = run().then(() => void again.push(run()))
    begun[0]?.resolve('first')
    await first
    begun[1]?.resolve('second')
    expect([begun.length, await again[0]]).toEqual([2, 'second'])
  })

  it('rejects for everybody with the same error, and remembers none', async () => {
    const { begun, run } = openFlight()
    const error = new Error('trouble')
    const outcomes = Promise.allSettled([run(), run()])
    begun[0]?.reject(error)
    expect(await outcomes).toEqual([
      { status: 'rejected', reason: error },
      { status: 'rejected', reason: error },
    ])
    const next = run()
    begun[1]?.resolve('found')
    expect(await next).toBe('found')
  })

  it('takes a task that throws for one that rejects', async () => {
    const flight = new SingleFlight<string>()
    const error = new Error('thrown')
    const failed = flight.run(() => {
      throw error
    })
    await expect(failed).rejects.toBe(error)
    expect(await flight.run(async () => 'found')).toBe('found')
  })

  it('does not begin twice where a task comes back to it while it begins', async () => {
    const flight = new SingleFlight<string>()
    const log: string[] = []
    let shared: Promise<string> | undefined
    const outer = flight.run(async () => {
      log.push('outer')
      shared = flight.run(async () => {
        log.push('inner')
        return 'inner'
      })
      return 'outer'
    })
    expect([await outer, await shared, log]).toEqual(['outer', 'outer', ['outer']])
  })

  it('goes on for the others when one stops waiting', async () => {
    const { begun, run } = openFlight()
    const leaving = AbortSignal.abort(new Error('enough'))
    const left = Promise.race([run(), Promise.reject(leaving.reason)])
    const stayed = run()
    await expect(left).rejects.toThrow('enough')
    begun[0]?.resolve('found')
    expect([await stayed, begun.length]).toEqual(['found', 1])
  })
})
