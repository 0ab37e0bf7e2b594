import { describe, expect, it } from 'vitest'
import { createDeferred } from '../../../../src/base/deferred.js'
import type { Capability } from '../../../../src/core/events/maint-events.js'
import { shakeHands } from '../../../../src/engine/connect/handshake.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

const SUPPORTED: Capability = { state: 'supported', endpointType: 'internal-ip' }

function begin(connectTimeoutMs: number, mayLeaveOut = false) {
  const clock = createVirtualClock()
  const [connected, asked] = [createDeferred<void>(), createDeferred<Capability>()]
  const connection = { connect: () => connected.promise, server: undefined, capability: asked.promise }
  const outcome: unknown[] = []
  const errors = { connectTimeout: () => new Error('too late') }
  shakeHands(connection, { clock, errors, connectTimeoutMs, mayLeaveOut }).then(
    value => outcome.push(value),
    (error: Error) => outcome.push(error.message),
  )
  return { clock, connected, asked, outcome }
}

describe('a handshake', () => {
  it('gives what the server answered to the request for notifications', async () => {
    const { clock, connected, asked, outcome } = begin(5_000)
    connected.resolve()
    asked.resolve(SUPPORTED)
    await clock.settle()
    expect([outcome, clock.pending]).toEqual([[SUPPORTED], 0])
  })

  it.each([
    [2_000, 2_000],
    [0, 30_000],
  ])('ends within the time for a connection, %i ms, the answers included', async (given, withinMs) => {
    const { clock, connected, outcome } = begin(given)
    await clock.settleTo(withinMs - 1)
    connected.resolve()
    await clock.settle()
    expect(outcome).toEqual([])
    await clock.settleTo(withinMs)
    expect(outcome).toEqual(['too late'])
  })

  it('waits 10 s for what the engine asks of a server that may never answer it', async () => {
    const { clock, connected, outcome } = begin(30_000, true)
    await clock.settleTo(3_000)
    connected.resolve()
    await clock.settleTo(12_999)
    expect(outcome).toEqual([])
    await clock.settleTo(13_000)
    expect(outcome).toEqual(['too late'])
  })
})
