import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createSimulator } from '../../../src/simulator/index.js'
import { createBlackHoleProxy } from '../../support/black-hole-proxy.js'
import { CLIENT_LIBRARIES } from '../../support/client-libraries.js'
import { JobLoad } from '../../support/job-load.js'
import { describeWithRedisServer } from '../../support/redis-server.js'
import { type RoleSwap, startRoleSwap } from '../../support/role-swap.js'

/**
 * As the README has it for connections that break: jobs have ids of their own, and whatever was in flight is sent again. Jobs of
 * which the worker never heard go to another one soon.
 */
const SENT_AGAIN = { recovery: { retryInFlight: () => true } }
const OWN_IDS = { ownIds: true, lockDuration: 1_000 }

/** A job whose lock ran out meanwhile is processed twice. */
const NOTHING_LOST = { refused: [], failed: [], lost: [] }

describe.each(CLIENT_LIBRARIES)('BullMQ over $name', host => {
  describeWithRedisServer('with a primary that becomes a replica and says nothing', () => {
    let rig: RoleSwap
    beforeAll(async () => {
      rig = await startRoleSwap()
    })
    afterAll(() => rig.dispose())
    beforeEach(() => rig.reset())

    it('processes every job once', async () => {
      const { name, port } = rig
      const client = await host.connect({ host: name.host, port, lookup: name.lookup })
      const load = await JobLoad.start(client)
      await rig.swap()
      await load.passes()
      expect(await load.stop()).toMatchObject({ ...NOTHING_LOST, doubled: [] })
      await client.close()
    })
  })

  describeWithRedisServer('with connections that carry nothing any more', () => {
    it('goes on over others and loses no job', async () => {
      const simulator = await createSimulator({ backend: { kind: 'spawn' } })
      onTestFinished(() => simulator.dispose())
      const proxy = await createBlackHoleProxy(simulator.node.endpoint.port)
      onTestFinished(() => proxy.dispose())
      const hitless = {
        health: { unresponsiveAfterMs: 300, checkIntervalMs: 500 },
        recovery: { retryInFlight: () => true },
      }
      const client = await host.connect({ host: '127.0.0.1', port: proxy.port, hitless })
      const load = await JobLoad.start(client, OWN_IDS)
      proxy.unresponsive()
      await load.passes()
      expect(await load.stop()).toMatchObject(NOTHING_LOST)
      await client.close()
    })
  })

  describeWithRedisServer('with connections that are cut', () => {
    it.for(['closeConnections', 'reset'] as const)('goes on after %s and loses no job', async cut => {
      const simulator = await createSimulator({ backend: { kind: 'spawn' } })
      onTestFinished(() => simulator.dispose())
      const client = await host.connect({
        ...simulator.node.endpoint,
        hitless: SENT_AGAIN,
      })
      const load = await JobLoad.start(client, OWN_IDS)
      simulator.node[cut]()
      await load.passes()
      expect(await load.stop()).toMatchObject(NOTHING_LOST)
      await client.close()
    })
  })
})
