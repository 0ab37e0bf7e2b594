import { FlowProducer, Queue, QueueEvents, Worker } from 'bullmq'
import { describe, it, onTestFinished } from 'vitest'
import { createSimulator, type SimNode } from '../../../src/simulator/index.js'
import { CLIENT_LIBRARIES } from '../../support/client-libraries.js'
import { describeWithRedisServer } from '../../support/redis-server.js'

/** Otherwise BullMQ pauses for 5 s after a read of events that failed, closed or not. */
const SENT_AGAIN = { recovery: { retryInFlight: () => true } }

type Nodes = readonly [SimNode, SimNode]

function moveSlowly([a, b]: Nodes): Promise<unknown> {
  b.delayHandshake(60_000)
  return a.notify({ type: 'moving', graceMs: 60_000, endpoint: b })
}

function endServer([a]: Nodes): void {
  a.refuse()
  a.reset()
}

/** A worker asks for a job once more before it closes, unless it is forced not to wait for the answer. */
const TROUBLES = [
  ['connections move', moveSlowly, false],
  ['the server is away', endServer, true],
  ['the server says nothing', ([a]: Nodes) => a.silent(), true],
] as const

describe.each(CLIENT_LIBRARIES)('BullMQ over $name', library => {
  describeWithRedisServer('with jobs that are all done', () => {
    it.for(TROUBLES)('closes while %s', async ([, begin, isForced]) => {
      const simulator = await createSimulator({ nodes: 2, backend: { kind: 'spawn' } })
      onTestFinished(() => simulator.dispose())
      const nodes = simulator.nodes as unknown as Nodes
      const { connection } = await library.connect({ ...nodes[0].endpoint, hitless: SENT_AGAIN })
      const queue = new Queue('jobs', { connection })
      const flows = new FlowProducer({ connection })
      const events = new QueueEvents('jobs', { connection, lastEventId: '0-0' })
      const worker = new Worker('jobs', async () => {}, { connection })
      queue.on('error', () => {})
      flows.on('error', () => {})
      events.on('error', () => {})
      worker.on('error', () => {})
      const completed = new Promise(resolve => events.once('completed', resolve))
      const drained = new Promise(resolve => worker.once('drained', () => resolve(undefined)))
      await queue.add('job', {})
      await Promise.all([completed, drained])
      await begin(nodes)
      await worker.close(isForced)
      await Promise.all([events, flows, queue].map(part => part.close()))
    })
  })
})
