import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LogEntry, Scenario, Step } from '../../src/testing/index.js'
import { openStage, perform, type Stage } from '../../src/testing/scenario/stage.js'

const NODES = ['a', 'b', 'c'] as const

const node = fc.constantFrom(...NODES)
const conduct = fc.constantFrom('serving', 'serving', 'refusing', 'silent', 'hanging-up', 'loading')
const graceMs = fc.constantFrom(0, 1_000, 2_000, 15_000)
const sequence = fc.oneof(fc.nat({ max: 6 }), fc.constant(null))
const shards = fc.subarray(['1', '2'])
const settings = fc.record(
  { conduct, handshakeMs: fc.constantFrom(1, 1, 50, 1_000, 20_000), answerMs: fc.constantFrom(0, 1, 300, 5_000) },
  { requiredKeys: [] },
)

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
  fc.record({ do: fc.constant('strategy'), pauseMs: fc.constantFrom(10, 100, 3_000, 'give-up') }),
  fc.constant({ do: 'close' }),
) as fc.Arbitrary<Untimed>

/** Spans between steps: none, within one round trip, within a hand-off, beyond it. */
const spanMs = fc.constantFrom(0, 0, 0.4, 1, 1, 99.6, 500, 7_500, 20_000)

const scenario: fc.Arbitrary<Scenario> = fc
  .record({
    coarseTimers: fc.boolean(),
    handoffRetries: fc.constantFrom(0, 1, 3),
    moves: fc.array(fc.tuple(spanMs, untimed), { minLength: 1, maxLength: 30, size: 'max' }),
  })
  .map(({ coarseTimers, handoffRetries, moves }) => {
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
      options: { handoffRetries },
      nodes: { a: {}, b: {}, c: {} },
      configured: 'a',
      steps: [{ at: 0, do: 'connect' }, ...steps],
      expect: [],
      end,
    }
  })

async function play(
  given: Scenario,
  watch: (stage: Stage) => void = () => {},
): Promise<Stage & { readonly log: readonly LogEntry[] }> {
  const log: LogEntry[] = []
  const stage = openStage(given, entry => log.push(entry))
  for (const step of given.steps) {
    await stage.clock.settleTo(step.at)
    perform(step, stage)
    await stage.clock.settle()
    watch(stage)
  }
  return { ...stage, log }
}

/** From now on everything works, and nothing more happens. */
async function calmDown({ clock, server, host }: Stage): Promise<void> {
  for (const { name } of server.nodes) server.change(name, { conduct: 'serving', handshakeMs: 1, answerMs: 1 })
  host.strategy = 100
  await clock.settleBy(900_000)
}

const connectionsOf = ({ server, host }: Stage): number =>
  [...server.nodes].reduce((sum, { name }) => sum + host.connectionsTo(name).length, 0)

function timersOwed({ host }: Stage): number {
  const { phase, holds } = host.shell.slot
  const waits = phase.state === 'waiting' || (phase.state === 'pausing' && !phase.immediate)
  return Number(holds.size > 0) + Number(waits)
}

describe('a slot in a world that misbehaves', () => {
  test('runs exactly the timers that its state calls for', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async given => {
        await play(given, stage => expect(stage.timers.pending).toBe(timersOwed(stage)))
      }),
    )
  })

  test('comes to rest once the world does: one connection, an open gate, timeouts as configured, no timer', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async given => {
        const stage = await play(given)
        await calmDown(stage)
        const { state } = stage.host.shell.slot.phase
        const serves = state === 'serving'
        expect(['serving', 'idle', 'closed']).toContain(state)
        expect(stage.host.gate).toBe(serves ? 'open' : 'closed')
        expect(stage.host.servingNode !== null).toBe(serves)
        expect(connectionsOf(stage)).toBe(serves ? 1 : 0)
        expect(stage.host.relaxed).toBe(false)
        expect(stage.timers.pending).toBe(0)
      }),
    )
  })

  test('lets commands through while a connection serves, and only then', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async given => {
        await play(given, ({ host }) => {
          const { state } = host.shell.slot.phase
          const open = state === 'serving' || state === 'waiting' || state === 'preparing'
          expect(host.gate === 'open', state).toBe(open)
        })
      }),
    )
  })

  test('dials for hand-offs no more often than their retries and last resorts allow', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async given => {
        const { log } = await play(given)
        const handoffs = log.filter(({ event }) => event === 'handoff:started').length
        const dials = log.filter(({ event, purpose }) => event === 'dial' && purpose === 'handoff').length
        const { handoffRetries = 3 } = given.options ?? {}
        expect(dials).toBeLessThanOrEqual(handoffs * (handoffRetries + 2))
      }),
    )
  })

  test('begins no more hand-offs than there are moves, and connections that could be told of them', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async given => {
        const { log } = await play(given)
        const count = (name: string): number => log.filter(({ event }) => event === name).length
        const moves = given.steps.filter(step => step.do === 'notify' && step.kind === 'moving').length
        const connections = count('connected') + count('handoff:completed')
        expect(count('handoff:started')).toBeLessThanOrEqual(moves * connections)
      }),
    )
  })

  test('leaves nothing behind when it is closed at any moment', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async given => {
        const stage = await play(given)
        stage.host.close()
        await stage.clock.settle()
        expect(stage.timers.pending).toBe(0)
        expect(connectionsOf(stage)).toBe(0)
        expect(stage.host.relaxed).toBe(false)
      }),
    )
  })
})
