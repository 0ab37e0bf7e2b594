import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createSimulator, type SimNode } from '../../../src/simulator/index.js'
import { CLIENT_LIBRARIES } from '../../support/client-libraries.js'
import { JobLoad } from '../../support/job-load.js'
import { describeWithRedisServer } from '../../support/redis-server.js'
import { type RoleSwap, type SwapServer, startRoleSwap } from '../../support/role-swap.js'

const MOVES = 8
/** So many moves with everything around them take a few seconds, and much longer where others need the processors. */
const BUSY_LIMIT_MS = 90_000
const NOTHING_WRONG = { refused: [], failed: [], doubled: [], lost: [], errors: [] }

async function isLeft(node: SimNode): Promise<void> {
  await expect.poll(() => node.connections().length).toBe(0)
  node.endMove()
}

describe.each(CLIENT_LIBRARIES)('BullMQ over $name', host => {
  describeWithRedisServer('with a server that announces', () => {
    it(
      `processes every job once through ${MOVES} moves`,
      async () => {
        const simulator = await createSimulator({ nodes: 2, backend: { kind: 'spawn' } })
        onTestFinished(() => simulator.dispose())
        let [from, to] = simulator.nodes as [SimNode, SimNode]
        const client = await host.connect(from.endpoint)
        const load = await JobLoad.start(client)
        for (let move = 0; move < MOVES; move++) {
          await from.notify({ type: 'moving', graceMs: 10_000, endpoint: to })
          await isLeft(from)
          await load.passes()
          ;[from, to] = [to, from]
        }
        expect(await load.stop()).toMatchObject(NOTHING_WRONG)
        await client.close()
      },
      BUSY_LIMIT_MS,
    )
  })

  describeWithRedisServer('with servers that announce a failover', () => {
    let rig: RoleSwap
    beforeAll(async () => {
      rig = await startRoleSwap()
    })
    afterAll(() => rig.dispose())
    beforeEach(() => rig.reset())

    /** Puts a node in front of a server. */
    async function front({ host }: SwapServer): Promise<SimNode> {
      const simulator = await createSimulator({ backend: { kind: 'server', host, port: rig.port } })
      onTestFinished(() => simulator.dispose())
      return simulator.node
    }

    it('processes every job once when it is moved to the new primary, which knows no script', async () => {
      const [old, next] = [await front(rig.primary), await front(rig.replica)]
      const client = await host.connect(old.endpoint)
      const load = await JobLoad.start(client)
      expect(await rig.replica.client.sendCommand(['INFO', 'memory'])).toContain('number_of_cached_scripts:0')
      await old.notify({ type: 'failing-over', graceMs: 10_000, shards: ['1'] })
      await rig.swap()
      await old.notify({ type: 'moving', graceMs: 10_000, endpoint: next.endpoint })
      await isLeft(old)
      await load.passes()
      // The old primary ends connections that block when it becomes a replica, and errors tell of it.
      expect(await load.stop()).toMatchObject({ ...NOTHING_WRONG, errors: expect.anything() })
      await client.close()
    })

    it('processes every job once when a failover leaves the connections', async () => {
      const node = await front(rig.primary)
      const client = await host.connect(node.endpoint)
      const load = await JobLoad.start(client)
      const { client: server } = rig.primary
      await node.notify({ type: 'failing-over', graceMs: 10_000, shards: ['1'] })
      await server.sendCommand(['CLIENT', 'PAUSE', '10000', 'WRITE'])
      await server.sendCommand(['SCRIPT', 'FLUSH'])
      await node.notify({ type: 'failed-over', shards: ['1'] })
      await server.sendCommand(['CLIENT', 'UNPAUSE'])
      await load.passes()
      expect(await load.stop()).toMatchObject(NOTHING_WRONG)
      await client.close()
    })
  })
})
