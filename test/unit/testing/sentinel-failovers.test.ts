import { describe, expect, it } from 'vitest'
import { runScenario } from '../../../src/testing/index.js'
import type { LogEntry, Scenario, Step } from '../../../src/testing/scenario/scenario.js'

const FAILOVERS = 100
const EVERY_MS = 2_000
/** When the replica is promoted, and when the old primary becomes a replica, after the sentinel that leads has chosen it. */
const [PROMOTED_MS, FOLLOWS_MS] = [100, 1_100]
const SENTINELS = ['s1', 's2', 's3'] as const

/** What the sentinels do in a failover on request; the one that leads is the last to tell that it is over. */
function failover(at: number, from: string, to: string): readonly Step[] {
  const tell = (after: number, on: string, channel: string, message: string): Step => {
    return { at: at + after, do: 'publish', on, channel, message }
  }
  const name = (after: number, on: string): Step => ({ at: at + after, do: 'node', node: on, names: to })
  const replica = `slave ${to} {${to}} @ mymaster {${from}}`
  const switched = `mymaster {${from}} {${to}}`
  return [
    tell(0, 's1', '+try-failover', `master mymaster {${from}}`),
    tell(10, 's1', '+selected-slave', replica),
    { at: at + PROMOTED_MS, do: 'node', node: to, conduct: 'serving' },
    ...['s2', 's3'].flatMap(on => [name(FOLLOWS_MS, on), tell(FOLLOWS_MS, on, '+switch-master', switched)]),
    { at: at + FOLLOWS_MS, do: 'node', node: from, conduct: 'replica', follows: to },
    name(FOLLOWS_MS + 100, 's1'),
    tell(FOLLOWS_MS + 100, 's1', '+switch-master', switched),
  ]
}

const writes = Array.from({ length: FAILOVERS * (EVERY_MS / 50) }, (_, at): Step => {
  return { at: 1_000 + 50 * at, do: 'send', as: `w${at}`, command: ['INCR', 'count'] }
})
const failovers = Array.from({ length: FAILOVERS }, (_, at) => {
  const [from, to] = at % 2 === 0 ? (['a', 'b'] as const) : (['b', 'a'] as const)
  return failover(1_020 + EVERY_MS * at, from, to)
}).flat()

const scenario: Scenario = {
  title: 'A hundred failovers on request, one after the other',
  why: 'What is left behind by one would be found in a later one.',
  nodes: {
    a: {},
    b: { conduct: 'replica', follows: 'a' },
    ...Object.fromEntries(SENTINELS.map(name => [name, { names: 'a' }])),
  },
  configured: 'a',
  steps: [{ at: 0, do: 'connect' }, ...[...writes, ...failovers].toSorted((one, other) => one.at - other.at)],
  expect: [{ event: 'connected' }],
  end: {
    at: 1_000 + EVERY_MS * FAILOVERS + 100_000,
    state: 'serving',
    serving: 'a',
    gate: 'open',
    relaxed: false,
    timers: 0,
    connections: { a: 1 },
  },
}

describe('a hundred failovers that sentinels lead', () => {
  it('lose no write, execute none twice or out of order, and let each wait for less than a second', async () => {
    const { log, problems } = await runScenario(scenario)
    const named = (event: LogEntry['event']): readonly LogEntry[] => log.filter(entry => entry.event === event)
    const answered = named('command:answered')
    expect(named('command:failed')).toEqual([])
    expect(answered.map(({ as, reply }) => [as, reply])).toEqual(writes.map((_, at) => [`w${at}`, at + 1]))
    const waits = answered.map(({ at = 0 }, index) => at - (writes[index]?.at ?? 0))
    expect(Math.max(...waits)).toBeLessThan(1_000)
    expect(named('handoff:completed').map(({ reason, attempts }) => [reason, attempts])).toEqual(
      Array.from({ length: FAILOVERS }, () => ['not-writable', 1]),
    )
    expect(named('reconnecting')).toEqual([])
    // Neither timers nor connections are left, and the end is as expected; the log is compared above.
    expect(problems.filter(problem => !problem.startsWith('The log differs'))).toEqual([])
  })
})
