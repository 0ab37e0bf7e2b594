import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest'
import {
  createClientPool,
  type HitlessClient,
  type HitlessClientOptions,
  type HitlessClientPool,
} from '../../../src/adapters/node-redis/index.js'
import { describeWithRedisServer } from '../../support/redis-server.js'
import { openClient } from '../../support/rig.js'
import { type RoleSwap, startRoleSwap } from '../../support/role-swap.js'
import type { Writer } from '../../support/switchover-load.js'

type Maintenance = Exclude<HitlessClientOptions['maintNotifications'], string | undefined>

let rig: RoleSwap

function optionsOf(maintenance: Maintenance = {}): HitlessClientOptions {
  const { name, port } = rig
  return {
    socket: { host: name.host, port, lookup: name.lookup },
    maintNotifications: { handoffSpread: 0, ...maintenance },
  }
}

async function connect(maintenance?: Maintenance): Promise<HitlessClient> {
  const client = openClient(optionsOf(maintenance))
  client.on('error', () => {})
  return client.connect()
}

async function connectPool(size: number, maintenance?: Maintenance): Promise<HitlessClientPool> {
  // More workers than connections: some wait for one for as long as the roles take to change.
  const settings = { minimum: size, maximum: size, acquireTimeout: 20_000 }
  const pool: HitlessClientPool = createClientPool(optionsOf(maintenance), settings)
  onTestFinished(() => pool.destroy())
  pool.on('error', () => {})
  return pool.connect()
}

const WRITERS: readonly [string, (maintenance?: Maintenance) => Promise<Writer>][] = [
  ['a client', connect],
  ['a pool of 10', maintenance => connectPool(10, maintenance)],
]

describeWithRedisServer('a replica on purpose', () => {
  beforeAll(async () => {
    rig = await startRoleSwap()
  })
  afterAll(() => rig.dispose())
  beforeEach(() => rig.reset())

  it.for(WRITERS)(
    'refuses the writes of %s in the end, and is not dialled in a loop',
    async ([, open], { annotate }) => {
      rig.name.leadTo(rig.replica.host)
      const writer = await open()
      const before = await rig.replica.connectionsReceived()
      const startedAt = performance.now()
      await expect(writer.set('key', 'value')).rejects.toSatisfy(isReadOnly)
      await annotate(`the first write failed after ${Math.round(performance.now() - startedAt)} ms`)
      const dialled = await rig.replica.connectionsReceived()
      for (let write = 0; write < 50; write++) await expect(writer.set('key', 'value')).rejects.toSatisfy(isReadOnly)
      expect(await writer.get('key')).toBeNull()
      const dialledLater = await rig.replica.connectionsReceived()
      await annotate(`${dialled - before} dials until then, ${dialledLater - dialled} for 50 further writes`)
      expect(dialledLater - dialled).toBeLessThanOrEqual(10)
    },
  )
})

/** The refusal itself, or an error that names it as its cause. */
function isReadOnly(error: unknown): boolean {
  return error instanceof Error && /READONLY/.test(`${error.message} ${String(error.cause)}`)
}
