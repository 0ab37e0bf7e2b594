import { describe, expect, test } from 'vitest'
import { createDeferred } from '../../../src/base/deferred.js'

describe('a deferred', () => {
  test('is resolved from outside, once', async () => {
    const { promise, resolve, reject } = createDeferred<number>()
    resolve(1)
    resolve(2)
    reject(new Error('too late'))
    expect(await promise).toBe(1)
  })

  test('is rejected from outside', async () => {
    const { promise, reject } = createDeferred<number>()
    reject(new Error('no'))
    await expect(promise).rejects.toThrow('no')
  })
})
