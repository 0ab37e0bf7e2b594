import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { HitlessClient } from '../../../src/adapters/node-redis/index.js'
import { isHitlessError } from '../../../src/base/errors.js'
import type { HitlessOptions } from '../../../src/core/options/hitless-options.js'
import {
  describeWithRedisServer,
  findFreePort,
  type RedisServer,
  startRedisServer,
} from '../../support/redis-server.js'
import { openClient } from '../../support/rig.js'

const HOST = '127.0.0.1'
const KEYS = 1_000

/** What a server needs to take 2 ms for each key, and to answer meanwhile that it is loading. */
const SLOWLY = ['--key-load-delay', '2000', '--loading-process-events-interval-bytes', '1024']

/** A real server with data, that can be started again so that it loads them for a while. */
async function startWithData() {
  const folder = await mkdtemp(join(tmpdir(), 'redis-hitless-data-'))
  const port = await findFreePort([HOST])
  const settings = ['--dir', folder, '--enable-debug-command', 'yes']
  const running = new Set<RedisServer>()
  const start = async (more: readonly string[] = []): Promise<RedisServer> => {
    const server = await startRedisServer({ host: HOST, port, settings: [...settings, ...more] })
    running.add(server)
    return server
  }
  onTestFinished(async () => {
    await Promise.all([...running].map(server => server.kill()))
    await rm(folder, { recursive: true, force: true })
  })
  const first = await start()
  return { port, first, startAgain: () => start(SLOWLY) }
}

async function connect(port: number, availability: HitlessOptions['availability'] = {}): Promise<HitlessClient> {
  const client = openClient({
    socket: { host: HOST, port, reconnectStrategy: () => 20 },
    commandOptions: { timeout: 30_000 },
    hitless: { availability },
  })
  client.on('error', () => {})
  return client.connect()
}

/** Why a client takes its database for unavailable. */
function causeOf({ maint: { availability } }: HitlessClient): string {
  return availability.state === 'unavailable' ? String(availability.cause) : ''
}

describeWithRedisServer('a server that is started again and loads its data', () => {
  it('is not available before it serves, and no caller hears of it', async () => {
    const { port, first, startAgain } = await startWithData()
    const [patient, hasty] = [await connect(port), await connect(port, { failFast: true })]
    await patient.sendCommand(['DEBUG', 'POPULATE', String(KEYS)])
    await patient.set('count', '41')
    await patient.sendCommand(['SAVE'])
    await first.kill()
    const order: string[] = []
    const loaded = startAgain().then(() => order.push('loaded'))
    await expect
      .poll(() => [patient, hasty].every(client => causeOf(client).includes('LOADING')), { interval: 5 })
      .toBe(true)
    const calls = [patient.incr('count'), patient.get('key:0'), patient.multi().incr('count').exec()]
    const answers = Promise.all(calls).then(values => {
      order.push('answered')
      return values
    })
    for (const client of [patient, hasty]) {
      expect(client.isReady).toBe(false)
      expect(client.maint.status()).toMatchObject({ ready: false, availability: { state: 'unavailable' } })
    }
    await expect(hasty.get('key:0')).rejects.toSatisfy(error => isHitlessError(error, 'UNAVAILABLE'))
    expect(patient.maint.status().waitingCommands).toBe(3)
    expect(order).toEqual([])
    expect(await answers).toEqual([42, 'value:0', [43]])
    await loaded
    await expect
      .poll(() => [patient, hasty].map(({ maint }) => maint.availability.state))
      .toEqual(Array(2).fill('available'))
    expect(await hasty.get('count')).toBe('43')
  })
})
