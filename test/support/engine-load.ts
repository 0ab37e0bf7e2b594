import { expect, onTestFinished } from 'vitest'
import { systemClock } from '../../src/base/clock.js'
import { pause } from '../../src/base/pause.js'
import type { EngineClient } from './engine-hosts.js'

/** Workers that append numbers to lists, several at once each, and read back what they wrote. */
export interface EngineLoad {
  /** Ends it, and expects that nothing failed, was lost, came twice or out of order. */
  expectPerfect(): Promise<void>
}

const WORKERS = 4
const AT_ONCE = 3

/** How long a worker rests between two rounds, in milliseconds: a process that is never idle meets no deadline of its own. */
const REST_MS = 5

/**
 * Starts a load, which ends with the test at the latest.
 *
 * @param kind - `writes` leaves the reads out: they may go on while writes wait for a primary.
 */
export function startLoad(client: EngineClient, kind: 'reads-too' | 'writes' = 'reads-too'): EngineLoad {
  let running = true
  const failures: unknown[] = []
  const written = new Map<number, string[]>()
  const work = async (worker: number): Promise<void> => {
    const list = `load:${worker}`
    const acknowledged: string[] = []
    written.set(worker, acknowledged)
    while (running) {
      const ids = Array.from({ length: AT_ONCE }, (_, at) => String(acknowledged.length + at))
      try {
        const sent = ids.map(id => client.command(['RPUSH', list, id]))
        const read = kind === 'writes' ? Promise.resolve(ids.at(-1)) : client.command(['LINDEX', list, '-1'])
        const replies = await Promise.all([...sent, read])
        acknowledged.push(...ids)
        expect(replies).toEqual([...ids.map(id => Number(id) + 1), ids.at(-1)])
        await pause(systemClock, REST_MS)
      } catch (error) {
        failures.push(error)
        running = false
      }
    }
  }
  const working = Promise.all(Array.from({ length: WORKERS }, (_, worker) => work(worker)))
  onTestFinished(() => {
    running = false
  })
  return {
    async expectPerfect() {
      running = false
      await working
      expect(failures).toEqual([])
      for (const [worker, acknowledged] of written) {
        expect(acknowledged.length).toBeGreaterThan(0)
        expect(await client.command(['LRANGE', `load:${worker}`, '0', '-1'])).toEqual(acknowledged)
      }
    },
  }
}
