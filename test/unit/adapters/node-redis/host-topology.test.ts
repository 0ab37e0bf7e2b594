import { expect, it } from 'vitest'
import type { HostCluster, HostNode, HostShard } from '../../../../src/adapters/node-redis/cluster/cluster-seams.js'
import { HostTopology } from '../../../../src/adapters/node-redis/cluster/host-topology.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

const nodeAt = (port: number): HostNode => {
  const host = '10.0.0.1'
  return { id: `id-${port}`, host, port, address: `${host}:${port}`, readonly: false }
}
const [A, B, C] = [nodeAt(1), nodeAt(2), nodeAt(3)]

/** A cluster of the host in which the first slots have these owners. */
function topologyOf(...owners: readonly HostNode[]): HostTopology {
  const slots: (HostShard | undefined)[] = new Array(16_384)
  owners.forEach((master, slot) => {
    slots[slot] = { master }
  })
  const nodeByAddress = new Map(owners.map(node => [node.address, node]))
  const _slots = { slots, masters: [...nodeByAddress.values()], replicas: [], nodeByAddress, isOpen: true }
  return new HostTopology(createVirtualClock(), { _slots, _options: {} } as unknown as HostCluster, () => undefined)
}

it('slots for which a node tells no owner keep the one that was known', async () => {
  const topology = topologyOf(A, A, B, B)
  const told = [{ from: 2, to: 2, master: C, replicas: [] }]
  expect(await topology.expect(told)).toEqual([
    ...told,
    { from: 0, to: 1, master: A, replicas: [] },
    { from: 3, to: 3, master: B, replicas: [] },
  ])
})

it('the first answer is taken as it is', async () => {
  const told = [{ from: 2, to: 2, master: C, replicas: [] }]
  expect(await topologyOf().expect(told)).toBe(told)
})
