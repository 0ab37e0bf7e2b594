import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LogEntry, Scenario, Step } from '../../src/testing/index.js'
import { openStage, perform, type Stage } from '../../src/testing/scenario/stage.js'

const NODES = ['a', 'b', 'c'] as const

const node = fc.constantFrom(...NODES)
const conduct = fc.constantFrom('serving', 'serving', 'refusing', 'silent', 'hanging-up', 'loading', 'replica')
const graceMs = fc.constantFrom(0, 1_000, 2_000, 15_000)
const sequence = fc.oneof(fc.nat({ max: 6 }), fc.constant(null))
const shards = fc.subarray(['1', '2'])
const settings = fc.record(
  { conduct, handshakeMs: fc.constantFrom(1, 1, 50, 1_000, 20_000), answerMs: fc.constantFrom(0, 1, 300, 5_000) },
  { requiredKeys: [] },
)

const reason = fc.constantFrom(
  'not-writable',
  'not-writable',
  'unresponsive',
  'age',
  'idle',
  'address-gone',
  'failover',
)
const forMs = fc.constantFrom(0, 500, 12_000, 30_000)
const key = fc.constantFrom('azure 1', 'azure 2')

type Untimed = Step extends infer S ? (S extends Step ? Omit<S, 'at'> : never) : never

const untimed = fc.oneof(
  fc.constant({ do: 'connect' }),
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('notify'),
      on: node,
      kind: fc.constant('moving'),
      sequence,
      graceMs,
      endpoint: fc.constantFrom(null, ...NODES),
      times: fc.constantFrom(1, 1, 3),
      closesAfterMs: fc.constantFrom(null, 0, 1_000, 15_000),
    }),
  },
  fc.record({
    do: fc.constant('notify'),
    on: node,
    kind: fc.constantFrom('migrating', 'migrated', 'failing-over', 'failed-over', 'slots-migrating', 'slots-migrated'),
    sequence,
    graceMs,
    shards,
  }),
  { weight: 3, arbitrary: settings.chain(given => node.map(name => ({ do: 'node', node: name, ...given }))) },
  fc.record({ do: fc.constant('configure'), node }),
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('drop'), node, connections: fc.constantFrom('all', 'serving', 'next') }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('hand-off'), reason }) },
  fc.constant({ do: 'recover' }),
  fc.record({ do: fc.constant('relax'), key, forMs }),
  fc.record({ do: fc.constant('end-relaxation'), key }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pause-writes'), forMs }) },
  fc.constant({ do: 'resume-writes' }),
  fc.record({ do: fc.constant('strategy'), pauseMs: fc.constantFrom(10, 100, 3_000, 'give-up') }),
  fc.constant({ do: 'close' }),
) as fc.Arbitrary<Untimed>

/** Spans between steps: none, within one round trip, within a hand-off, beyond it. */
const spanMs = fc.constantFrom(0, 0, 0.4, 1, 1, 99.6, 500, 7_500, 20_000)

const scenario: fc.Arbitrary<Scenario> = fc
  .record({
    coarseTimers: fc.boolean(),
    handoffRetries: fc.constantFrom(0, 1, 3),
    handoffSpread: fc.constantFrom(0, 0, 0.5),
    followsAddress: fc.boolean(),
    moves: fc.array(fc.tuple(spanMs, untimed), { minLength: 1, maxLength: 30, size: 'max' }),
  })
  .map(({ coarseTimers, followsAddress, handoffRetries, handoffSpread, moves }) => {
    let at = 0
    const steps = moves.map(([afterMs, step]) => {
      at += afterMs
      return { at, ...step } as Step
    })
    const end = {
      at,
      state: 'idle',
      serving: null,
      gate: 'closed',
      relaxed: false,
      timers: 0,
      connections: {},
    } as const
    return {
      title: 'A random course of events',
      why: 'Nobody thinks of everything',
      coarseTimers,
      followsAddress,
      options: { handoffRetries, handoffSpread },
      nodes: { a: {}, b: {}, c: {} },
      configured: 'a',
      steps: [{ at: 0, do: 'connect' }, ...steps],
      expect: [],
      end,
    }
  })

interface Watch {
  /** Called after each step, when all that follows from it at once is done. */
  readonly settled?: (stage: Stage) => void
  /** Called whenever something is written down. */
  readonly recorded?: (stage: Stage, entry: LogEntry) => void
}

async function play(given: Scenario, watch: Watch = {}): Promise<Stage & { readonly log: readonly LogEntry[] }> {
  const log: LogEntry[] = []
  const stage = openStage(given, entry => {
    log.push(entry)
    watch.recorded?.(stage, entry)
  })
  for (const step of given.steps) {
    await stage.clock.settleTo(step.at)
    perform(step, stage)
    await stage.clock.settle()
    watch.settled?.(stage)
  }
  return { ...stage, log }
}

/** From now on everything works, and nothing more happens. */
async function calmDown({ clock, server, client }: Stage): Promise<void> {
  for (const { name } of server.nodes) server.change(name, { conduct: 'serving', handshakeMs: 1, answerMs: 1 })
  client.host.strategy = 100
  await clock.settleBy(900_000)
}

const connectionsOf = ({ server, client }: Stage): ReturnType<Stage['client']['connectionsTo']> =>
  [...server.nodes].flatMap(({ name }) => client.connectionsTo(name))

const countOf = (log: readonly LogEntry[], name: LogEntry['event'], fits: (entry: LogEntry) => boolean): number =>
  log.filter(entry => entry.event === name && fits(entry)).length

/** A search lasts 15 s, and pauses 100 ms, 200 ms and then 400 ms between dials. */
const DIALS_OF_A_SEARCH = 40

function timersOwed({ client }: Stage): number {
  const { phase, relaxations, writesPaused } = client.link.shell.link
  const waits = phase.state === 'waiting' || (phase.state === 'pausing' && !phase.immediate)
  return Number(relaxations.size > 0) + Number(waits) + Number(writesPaused === 'announced')
}

function gateOwed({ client }: Stage): Stage['client']['gate'] {
  const { phase, writesPaused } = client.link.shell.link
  if (phase.state === 'closed' || phase.state === 'idle') return 'closed'
  if (phase.state === 'fencing' || !('current' in phase)) return 'paused'
  return writesPaused === undefined ? 'open' : 'writes-paused'
}

describe('a link in a world that misbehaves', () => {
  test('runs exactly the timers that its state calls for', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async given => {
        await play(given, { settled: stage => expect(stage.client.link.shell.timers).toBe(timersOwed(stage)) })
      }),
    )
  })

  test('comes to rest once the world does: one connection, an open gate, timeouts as configured, no timer', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async given => {
        const stage = await play(given)
        await calmDown(stage)
        const { state } = stage.client.link.shell.link.phase
        const serves = state === 'serving'
        expect(['serving', 'idle', 'closed']).toContain(state)
        expect(stage.client.gate).toBe(serves ? 'open' : 'closed')
        expect(stage.client.servingNode !== null).toBe(serves)
        expect(connectionsOf(stage).length).toBe(serves ? 1 : 0)
        expect(stage.client.relaxed).toBe(false)
        expect(stage.client.link.shell.timers).toBe(0)
      }),
    )
  })

  test('lets commands through while a connection serves, and only then, but for writes that are held', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async given => {
        await play(given, { settled: stage => expect(stage.client.gate).toBe(gateOwed(stage)) })
      }),
    )
  })

  test('holds writes only while something is going to end that: a search for a primary, or a timer', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async given => {
        await play(given, {
          settled: ({ client }) => {
            const { phase, writesPaused } = client.link.shell.link
            if (writesPaused === 'not-writable') expect(phase).toHaveProperty('move')
            // That the other cause has its timer is part of what timers are owed.
            if (writesPaused !== undefined) expect(phase).toHaveProperty('current')
          },
        })
      }),
    )
  })

  test('tells in turn that writes are held and released', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async given => {
        const { log } = await play(given)
        const told = log.map(({ event }) => event).filter(event => event.startsWith('writes:'))
        expect(told).toEqual(told.map((_, index) => (index % 2 === 0 ? 'writes:paused' : 'writes:resumed')))
      }),
    )
  })

  test('makes one connection at a time', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async given => {
        await play(given, {
          recorded: (stage, { event }) => {
            const inTheMaking = connectionsOf(stage).filter(({ isReady }) => !isReady)
            if (event === 'dial') expect(inTheMaking).toEqual([])
          },
        })
      }),
    )
  })

  test('dials for hand-offs no more often than retries, last resorts and the pauses of a search allow', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async given => {
        const { log } = await play(given)
        const isSearch = ({ reason = '' }: LogEntry): boolean => reason === 'not-writable' || reason === 'unresponsive'
        const searches = countOf(log, 'handoff:started', isSearch)
        const others = countOf(log, 'handoff:started', entry => !isSearch(entry))
        const dials = countOf(log, 'dial', ({ purpose }) => purpose === 'handoff')
        const { handoffRetries = 3 } = given.options ?? {}
        expect(dials).toBeLessThanOrEqual(others * (handoffRetries + 2) + searches * DIALS_OF_A_SEARCH)
      }),
    )
  })

  test('begins no more hand-offs than there are reasons, and connections that they could be for', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async given => {
        const { log } = await play(given)
        const count = (name: LogEntry['event']): number => countOf(log, name, () => true)
        const moves = given.steps.filter(step => step.do === 'notify' && step.kind === 'moving').length
        const leaves = given.steps.filter(step => step.do === 'hand-off').length
        const connections = count('connected') + count('handoff:completed')
        expect(count('handoff:started')).toBeLessThanOrEqual(moves * connections + leaves)
      }),
    )
  })

  test('leaves nothing behind when it is closed at any moment', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async given => {
        const stage = await play(given)
        stage.client.destroy()
        await stage.clock.settle()
        expect(stage.client.link.shell.timers).toBe(0)
        expect(connectionsOf(stage).length).toBe(0)
        expect(stage.client.relaxed).toBe(false)
      }),
    )
  })
})
