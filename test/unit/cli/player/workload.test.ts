import { expect, it } from 'vitest'
import { createSeededRandom } from '../../../../src/base/random.js'
import type { ApplicationClient } from '../../../../src/cli/player/application-client.js'
import { Ledger } from '../../../../src/cli/player/notes/ledger.js'
import { Tally } from '../../../../src/cli/player/notes/tally.js'
import { Workload } from '../../../../src/cli/player/workload.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

/** A client over a map in this process; what a test overrides goes wrong. */
function createMemoryClient(data: Map<string, string>, wrong: object = {}): ApplicationClient {
  const incr = (key: string): number => {
    const next = Number(data.get(key) ?? 0) + 1
    data.set(key, String(next))
    return next
  }
  const multi = () => {
    const queued: string[] = []
    const block = {
      incr: (key: string) => {
        queued.push(key)
        return block
      },
      exec: () => Promise.resolve(queued.map(incr)),
    }
    return block
  }
  const client = {
    get: (key: string) => Promise.resolve(data.get(key) ?? null),
    set: (key: string, value: string) => {
      data.set(key, value)
      return Promise.resolve('OK')
    },
    incr: (key: string) => Promise.resolve(incr(key)),
    multi,
    ...wrong,
  }
  // The load uses these four only.
  return client as unknown as ApplicationClient
}

async function load(wrong: object = {}) {
  const [clock, ledger, data] = [createVirtualClock(), new Ledger(), new Map<string, string>()]
  const tally = new Tally(clock, 'step')
  const client = createMemoryClient(data, wrong)
  const workload = new Workload({
    client,
    ledger,
    tally,
    clock,
    random: createSeededRandom(7),
    workers: 4,
    restMs: 10,
  })
  workload.start()
  await clock.settleBy(2_000)
  const stopped = workload.stop(1_000)
  await clock.settleBy(1_000)
  return {
    answered: await stopped,
    sample: tally.sample(),
    failures: tally.failures(),
    audit: ledger.audit(data),
    data,
  }
}

it('does everything that it promises, all of which can be audited', async () => {
  const { answered, sample, failures, audit, data } = await load()
  expect({ answered, failures }).toEqual({ answered: true, failures: {} })
  expect(audit).toMatchObject({ lost: 0, doubled: 0, torn: 0 })
  expect(sample.answered).toBeGreaterThan(500)
  const kinds = new Set([...data.keys()].map(key => key.replaceAll(/\d+/g, 'n')))
  expect([...kinds].sort()).toEqual(['demo:n:count', 'demo:n:left', 'demo:n:n', 'demo:n:right'])
})

it('does the same again with the same seed', async () => {
  const [one, other] = [await load(), await load()]
  expect(one.data).toEqual(other.data)
})

it('does not take a wrong answer for an answer', async () => {
  const wrong = {
    get: () => Promise.resolve('something else'),
    set: () => Promise.resolve('QUEUED'),
    incr: () => Promise.resolve('OK'),
    multi: () => {
      const block = { incr: () => block, exec: () => Promise.resolve([1, 2]) }
      return block
    },
  }
  const { sample, failures } = await load(wrong)
  expect(sample.answered).toBe(0)
  expect(Object.keys(failures).sort()).toEqual([
    'EXEC gave different counts for two counters that must be equal',
    'INCR was not answered with a number',
    'SET was not answered with OK',
  ])
})

it('sees that a read does not give what was acknowledged', async () => {
  const { failures } = await load({ get: () => Promise.resolve(null) })
  expect(Object.keys(failures)).toEqual(['GET did not return what was acknowledged'])
})

it('goes on when commands fail, whose fate is then open', async () => {
  const fail = (): Promise<never> => Promise.reject(new Error('The client is closed'))
  const block = { incr: () => block, exec: fail }
  const { answered, sample, failures, audit } = await load({ set: fail, get: fail, incr: fail, multi: () => block })
  expect(answered).toBe(true)
  expect(failures).toEqual({ 'The client is closed': sample.failed })
  expect(audit).toMatchObject({ lost: 0, doubled: 0, torn: 0 })
})

it('says that commands are without an answer', async () => {
  const { answered, sample } = await load({ incr: () => new Promise(() => {}) })
  expect(answered).toBe(false)
  expect(sample.unanswered).toBeGreaterThanOrEqual(4)
})
