import { expect, it } from 'vitest'
import { LightSignal } from '../../../../src/base/light-signal.js'
import { makeOnceLoaded } from '../../../../src/engine/connect/loading-server.js'
import { createVirtualClock } from '../../../../src/testing/index.js'

const LOADING = 'LOADING Redis is loading the dataset in memory'

/** A server that refuses every handshake, with one error or another. */
function start(refuse: (dial: number) => string | undefined) {
  const clock = createVirtualClock()
  const signal = new LightSignal()
  const dials: number[] = []
  const told: unknown[] = []
  const make = async (): Promise<void> => {
    dials.push(clock.now())
    const refusal = refuse(dials.length)
    if (refusal !== undefined) throw new Error(refusal)
  }
  const made = makeOnceLoaded(make, { clock, signal, keepsAlive: false }, error => told.push(error)).then(
    () => 'made',
    ({ message }: Error) => message,
  )
  return { clock, signal, dials, told, made }
}

it('dials a server that is loading after pauses that grow, and tells of it', async () => {
  const { clock, dials, told, made } = start(dial => (dial < 7 ? LOADING : undefined))
  await clock.settleTo(10_000)
  expect(await made).toBe('made')
  expect(dials).toEqual([0, 100, 300, 700, 1_500, 2_500, 3_500])
  expect([told.length, clock.pending]).toEqual([6, 0])
})

it('fails with any other refusal', async () => {
  const { clock, made } = start(dial => (dial === 1 ? LOADING : 'NOAUTH Authentication required.'))
  await clock.settleTo(1_000)
  expect(await made).toBe('NOAUTH Authentication required.')
})

it.each([0, 50, 250])('is over at once when it is given up after %i ms', async afterMs => {
  const { clock, signal, dials, made } = start(() => LOADING)
  await clock.settleTo(afterMs)
  signal.abort()
  expect(await made).toBe(LOADING)
  expect([dials.length, clock.pending]).toEqual([afterMs > 100 ? 2 : 1, 0])
})
