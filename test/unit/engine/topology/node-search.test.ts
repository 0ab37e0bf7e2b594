import { expect, it } from 'vitest'
import { NodeSearch } from '../../../../src/engine/topology/cluster/node-search.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

/** A cluster in which a node is away. Its other nodes know who follows from some time on, in milliseconds. */
function createCluster({ knownAt, missing = true }: { readonly knownAt: number; readonly missing?: boolean }): {
  log: string[]
  search: NodeSearch
  settleBy(ms: number): Promise<void>
} {
  const clock = createVirtualClock()
  const log: string[] = []
  const startedAt = clock.now()
  let isMissing = missing
  const nodes = {
    get isMissing() {
      return isMissing
    },
    differs: async () => {
      const after = clock.now() - startedAt
      log.push(`${after} asked`)
      if (knownAt === Number.POSITIVE_INFINITY) throw new Error('Nobody answers')
      return after >= knownAt
    },
    look: async () => {
      log.push(`${clock.now() - startedAt} looked`)
      isMissing = false
    },
  }
  return { log, search: new NodeSearch(clock, () => 0.5, nodes), settleBy: ms => clock.settleBy(ms) }
}

it('asks who follows a node that is away less and less often, looks when that is known, and ends then', async () => {
  const { log, search, settleBy } = createCluster({ knownAt: 400 })
  search.begin()
  search.begin()
  await settleBy(5_000)
  expect(log).toEqual(['100 asked', '250 asked', '475 asked', '475 looked'])
})

it('asks nobody where all nodes serve', async () => {
  const { log, search, settleBy } = createCluster({ knownAt: 0, missing: false })
  search.begin()
  await settleBy(5_000)
  expect(log).toEqual([])
})

it('goes on where nobody answers, for a minute at most', async () => {
  const { log, search, settleBy } = createCluster({ knownAt: Number.POSITIVE_INFINITY })
  search.begin()
  await settleBy(200_000)
  expect(log.length).toBeGreaterThan(50)
  expect(Number.parseInt(log.at(-1) ?? '', 10)).toBeLessThanOrEqual(60_000)
})

it('asks nobody after it was stopped', async () => {
  const { log, search, settleBy } = createCluster({ knownAt: 0 })
  search.begin()
  search.stop()
  await settleBy(5_000)
  expect(log).toEqual([])
})
