import { beforeEach, expect } from 'vitest'
import { watchLeaks } from '../../src/testing/leak-watch.js'

// Registered before any hook of the test, and thus called after all of them: they have closed what they opened.
beforeEach(({ onTestFinished }) => {
  const watch = watchLeaks()
  onTestFinished(async () => {
    expect(await watch.left(), 'the test left something open').toEqual([])
  })
})
