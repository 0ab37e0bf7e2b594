import { describe, expect, test } from 'vitest'
import { isHitlessError } from '../../../src/base/errors.js'
import { parseScenario, runScenario, type Scenario } from '../../../src/testing/index.js'

const PLAIN: Scenario = {
  title: 'A client connects',
  why: 'It has to',
  nodes: { a: {} },
  configured: 'a',
  steps: [{ at: 0, do: 'connect' }],
  expect: [{ at: 1, event: 'connected' }],
  ignore: ['dial', 'gate:opened'],
  end: { at: 10, state: 'serving', serving: 'a', gate: 'open', relaxed: false, timers: 0, connections: { a: 1 } },
}

const POOL_END = { at: 10, members: 1, inUse: 0, waiting: 0, relaxed: false, serving: {}, connections: {} }

const problemsOf = (change: object): readonly unknown[] => {
  try {
    parseScenario({ ...PLAIN, ...change })
  } catch (error) {
    if (isHitlessError(error, 'SIMULATOR_SCRIPT')) return Object.values(error.facts).flat()
    throw error
  }
  return []
}

describe('parseScenario', () => {
  test('reads text as well as what it parses to', () => {
    expect(parseScenario(JSON.stringify(PLAIN))).toEqual(PLAIN)
    expect(parseScenario(PLAIN)).toEqual(PLAIN)
  })

  test.each([
    ['an unknown field', { tittle: 'x' }, 'tittle'],
    ['no expectation', { expect: [] }, 'expect'],
    ['no title', { title: '' }, 'title'],
    ['an unknown event', { expect: [{ event: 'conected' }] }, 'expect.0.event'],
    ['an unknown field of an entry', { expect: [{ event: 'connected', atMs: 1 }] }, 'expect.0'],
    ['an unknown step', { steps: [{ at: 0, do: 'reconnect' }] }, 'steps.0'],
    ['an endpoint that cannot be dialled', { nodes: { a: { endpoint: 'nowhere' } } }, 'nodes.a.endpoint'],
    ['a node that is not there', { configured: 'b' }, 'There is no node b'],
    ['a step on a node that is not there', { steps: [{ at: 0, do: 'drop', node: 'b' }] }, 'There is no node b'],
    ['an event both expected and ignored', { ignore: ['connected'] }, 'connected is both expected and ignored'],
    ['an end before the last step', { steps: [{ at: 11, do: 'connect' }] }, 'The end is earlier'],
    ['a command without words', { steps: [{ at: 0, do: 'send', as: 'w1', command: [] }] }, 'steps.0.command'],
    ['a call without a name', { steps: [{ at: 0, do: 'watch', keys: ['key'] }] }, 'steps.0.as'],
    ['a forbidden command in small letters', { nodes: { a: { forbids: ['set'] } } }, 'nodes.a.forbids.0'],
    [
      'two calls of one name',
      {
        steps: [
          { at: 0, do: 'send', as: 'w1', command: ['GET', 'key'] },
          { at: 1, do: 'block', as: 'w1', commands: [['GET', 'key']] },
        ],
      },
      'Two calls are named w1',
    ],
    ['a checkout where there is no pool', { steps: [{ at: 0, do: 'check-out', as: 't1' }] }, 'There is no pool'],
    ['a pool with the end of a client', { pool: { minimum: 1, maximum: 2 } }, 'end.members'],
    [
      'the return of what was not checked out',
      { pool: { minimum: 1, maximum: 2 }, end: POOL_END, steps: [{ at: 0, do: 'return', as: 't1' }] },
      'Nothing was checked out as t1',
    ],
    [
      'the withdrawal of what was not sent',
      { steps: [{ at: 0, do: 'abort', as: 'w1' }] },
      'No command w1 was sent before it is withdrawn',
    ],
    [
      'steps out of order',
      {
        steps: [
          { at: 5, do: 'connect' },
          { at: 4, do: 'close' },
        ],
      },
      'Step 1 is earlier',
    ],
    [
      'an option that does not exist',
      { options: { hitless: { age: { max: 1 } } } },
      'hitless.age.max: no such option; known are maxAgeMs, maxIdleMs',
    ],
  ])('refuses %s, and says so', (_, change, problem) => {
    expect(problemsOf(change).join('; ')).toContain(problem)
  })

  test.each(['{', '', 'null', '[]', '5'])('refuses %j', text => {
    expect(() => parseScenario(text)).toThrow('Not a scenario')
  })
})

describe('runScenario', () => {
  test('reports no problem where everything is as expected', async () => {
    const report = await runScenario(PLAIN)
    expect(report).toMatchObject({ title: 'A client connects', problems: [] })
    expect(report.log.map(({ event }) => event)).toEqual(['dial', 'gate:opened', 'connected'])
  })

  test('reports a log that differs, both in one', async () => {
    const { problems } = await runScenario({ ...PLAIN, expect: [{ at: 2, event: 'connected' }] })
    expect(problems).toEqual([
      'The log differs (- expected, + happened):\n-      2 ms connected\n+      1 ms connected',
    ])
  })

  test('reports every way in which the end differs', async () => {
    const end = { ...PLAIN.end, state: 'idle', relaxed: true, connections: {} } as const
    const { problems } = await runScenario({ ...PLAIN, end })
    expect(problems).toEqual([
      'At the end state is "serving" instead of "idle"',
      'At the end relaxed is false instead of true',
      'At the end connections.a is 1 instead of undefined',
    ])
  })

  test('refuses a command of another client that the data refuses', async () => {
    const steps = [{ at: 0, do: 'execute', command: ['NONSENSE'] }] as const
    await expect(runScenario({ ...PLAIN, steps })).rejects.toThrow("unknown command 'NONSENSE'")
  })

  test('plays the same scenario in the same way twice', async () => {
    expect(await runScenario(PLAIN)).toEqual(await runScenario(PLAIN))
  })
})
