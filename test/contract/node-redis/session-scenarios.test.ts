import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { createSeededRandom } from '../../../src/base/random.js'
import type { SimNode } from '../../../src/simulator/index.js'
import { describeBackends } from '../../support/backends.js'
import { connectClient, nextEvent } from '../../support/rig.js'
import { publishSubscribe } from '../../support/workloads/publish-subscribe.js'
import { listQueue, streamGroup } from '../../support/workloads/queues.js'
import {
  atomicBlocks,
  cachedReads,
  commandOrder,
  selectedDatabase,
  watchedKeys,
} from '../../support/workloads/sessions.js'
import type { WorkloadMaker } from '../../support/workloads/workload.js'

const WORKLOADS: Readonly<Record<string, WorkloadMaker>> = {
  'publish-subscribe': publishSubscribe,
  'list-queue': listQueue,
  'stream-group': streamGroup,
  'selected-database': selectedDatabase,
  'watched-keys': watchedKeys,
  'atomic-blocks': atomicBlocks,
  'cached-reads': cachedReads,
  'command-order': commandOrder,
}

const count = z.number().int().nonnegative()

const scenarioSchema = z.strictObject({
  title: z.string(),
  why: z.string(),
  backends: z.array(z.string()).optional(),
  workload: z.looseObject({ kind: z.enum(Object.keys(WORKLOADS) as [string, ...string[]]) }),
  handoffs: count,
  operationsBetween: z.tuple([count, count]),
  expect: z.strictObject({ lost: count, doubled: count, disordered: count, failures: count }),
})

const folder = new URL('../../../spec/scenarios/session/', import.meta.url)
const scenarios = readdirSync(folder).map(name =>
  scenarioSchema.parse(JSON.parse(readFileSync(new URL(name, folder), 'utf8'))),
)

const SEED = 20_261_122

describeBackends('what the application owns', backend => {
  const played = scenarios.filter(({ backends }) => backends === undefined || backends.includes(backend.name))
  it.each(played.map(scenario => [scenario.title, scenario] as const))('%s', async (_, scenario) => {
    const { nodes } = await backend.simulate({ nodes: 3 })
    const [a, b, c] = nodes as [SimNode, SimNode, SimNode]
    const { kind } = scenario.workload
    const cache =
      kind === 'cached-reads' ? { clientSideCache: { ttl: 0, maxEntries: 0, evictPolicy: 'LRU' as const } } : {}
    const moving = await connectClient(a, cache)
    const steady = await connectClient(c)
    const make = WORKLOADS[kind]
    if (make === undefined) return expect.fail(`No workload ${kind}`)
    const workload = make({ moving, steady }, scenario.workload)
    const random = createSeededRandom(SEED)
    const [least, most] = scenario.operationsBetween
    await workload.begin()
    let [from, to] = [a, b]
    for (let handoff = 0; handoff < scenario.handoffs; handoff++) {
      const completed = nextEvent(moving, 'handoff:completed')
      const told = from.notify({ type: 'moving', graceMs: 15_000, endpoint: to })
      // The hand-off happens somewhere among these.
      const operations = least + Math.floor(random() * (most - least + 1))
      for (let operation = 0; operation < operations; operation++) await workload.operate()
      await told
      expect(await completed).toMatchObject({ to: { endpoint: to.endpoint }, attempts: 1 })
      ;[from, to] = [to, from]
    }
    expect(await workload.finish()).toEqual(scenario.expect)
  })
})
