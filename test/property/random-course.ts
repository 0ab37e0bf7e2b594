import fc from 'fast-check'
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

/** A step without its instant. */
export type Untimed = Step extends infer S ? (S extends Step ? Omit<S, 'at'> : never) : never

/** What may happen to the world, or be wished of the client. */
export const untimed: fc.Arbitrary<Untimed> = fc.oneof(
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
  fc.constant({ do: 'stand-still' }),
  fc.record({ do: fc.constant('relax'), key, forMs }),
  fc.record({ do: fc.constant('end-relaxation'), key }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pause-writes'), forMs }) },
  fc.constant({ do: 'resume-writes' }),
  fc.record({ do: fc.constant('strategy'), pauseMs: fc.constantFrom(10, 100, 3_000, 'give-up') }),
  fc.constant({ do: 'close' }),
) as fc.Arbitrary<Untimed>

/** Spans between steps: none, within one round trip, within a hand-off, beyond it. */
const spanMs: fc.Arbitrary<number> = fc.constantFrom(0, 0, 0.4, 1, 1, 99.6, 500, 7_500, 20_000)

/** A course of events from a step that begins everything, with what may happen in it. */
export function courseOf(steps: fc.Arbitrary<Untimed>, more: Pick<Scenario, 'monitors'> = {}): fc.Arbitrary<Scenario> {
  return fc
    .record({
      coarseTimers: fc.boolean(),
      retries: fc.constantFrom(0, 1, 3),
      spread: fc.constantFrom(0, 0, 0.5),
      followsAddress: fc.boolean(),
      moves: fc.array(fc.tuple(spanMs, steps), { minLength: 1, maxLength: 30, size: 'max' }),
    })
    .map(({ moves, retries, spread, ...settings }) => {
      let at = 0
      const timed = moves.map(([afterMs, step]) => {
        at += afterMs
        return { at, ...step } as Step
      })
      return {
        title: 'A random course of events',
        why: 'Nobody thinks of everything',
        ...settings,
        ...more,
        options: { maintNotifications: { handoff: { retries, spread } } },
        nodes: { a: {}, b: {}, c: {} },
        configured: 'a',
        steps: [{ at: 0, do: 'connect' }, ...timed],
        expect: [],
        end: { at, ...NOTHING },
      }
    })
}

const NOTHING = {
  state: 'idle',
  serving: null,
  gate: 'closed',
  relaxed: false,
  timers: 0,
  connections: {},
} as const

/** Who looks on while a course is played. */
export interface Watch {
  /** Called after each step, when all that follows from it at once is done. */
  readonly settled?: (stage: Stage) => void
  /** Called whenever something is written down. */
  readonly recorded?: (stage: Stage, entry: LogEntry) => void
}

/** A stage after its course, and what happened. */
export type Played = Stage & { readonly log: readonly LogEntry[] }

/** Plays a course; the client is left as it is then. */
export async function play(given: Scenario, watch: Watch = {}): Promise<Played> {
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
export async function calmDown({ clock, server, client }: Stage, forMs = 900_000): Promise<void> {
  for (const { name } of server.nodes) server.change(name, { conduct: 'serving', handshakeMs: 1, answerMs: 1 })
  client.host.strategy = 100
  await clock.settleBy(forMs)
}
