import { expect, it } from 'vitest'
import { publish } from '../../../src/simulator/azure/publish.js'
import type { Backend, LineSink } from '../../../src/simulator/backends/backend-line.js'

/** A data set that answers every request in one way. */
function answering(answer: (sink: LineSink) => void): Backend & { readonly closed: number } {
  let closed = 0
  return {
    kind: 'store',
    open: sink => ({
      protocol: 2,
      forward: () => {
        answer(sink)
        return true
      },
      answer: () => {},
      pause: () => {},
      resume: () => {},
      close: () => {
        closed += 1
      },
    }),
    dispose: () => Promise.resolve(),
    get closed() {
      return closed
    },
  }
}

it('waits for an answer that comes in pieces', async () => {
  const backend = answering(sink => {
    sink.drained()
    sink.receive(Buffer.from(':1'), false)
    sink.receive(Buffer.from('2\r\n'), true)
  })
  expect(await publish(backend, 'channel', 'message')).toBe(12)
  expect(backend.closed).toBe(1)
})

it('says so when the data set refuses', async () => {
  const backend = answering(sink => sink.receive(Buffer.from('-NOAUTH Authentication required.\r\n'), true))
  await expect(publish(backend, 'channel', 'message')).rejects.toMatchObject({
    code: 'SIMULATOR_UNAVAILABLE',
    cause: { message: 'NOAUTH Authentication required.' },
  })
  expect(backend.closed).toBe(1)
})

it('says so when the data set hangs up', async () => {
  const backend = answering(sink => sink.closed())
  await expect(publish(backend, 'channel', 'message')).rejects.toMatchObject({ code: 'SIMULATOR_UNAVAILABLE' })
})
