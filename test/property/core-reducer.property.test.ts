import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Effect, type Input, type LinkState, NEW_LINK, type Policy } from '../../src/core/decide/link-state.js'
import { reduce } from '../../src/core/decide/reducer.js'
import { resolveOptions } from '../../src/core/options/resolve-options.js'
import { identityOf } from '../../src/notifications/event-identity.js'
import type { MaintenanceNotification } from '../../src/notifications/notification.js'

const policy: Policy = { ...resolveOptions({}).policy, followsAddress: true }

const PLACES = ['b', 'c'].map(host => ({ host, port: 6379 }))
const sequence = fc.oneof(fc.nat({ max: 4 }), fc.constant(undefined), fc.bigInt({ min: 0n, max: 3n }))
const graceMs = fc.constantFrom(0, 1, 2_000, 15_000, 86_400_000)
const shards = fc.subarray(['1', '2', '3'])
const common = { sequence, receivedAt: fc.constant(0), raw: fc.constant([]) }

const notification: fc.Arbitrary<MaintenanceNotification> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('moving'),
      ...common,
      graceMs,
      endpoint: fc.constantFrom(null, ...PLACES),
    }),
  },
  fc.record({ type: fc.constantFrom('migrating', 'failing-over'), ...common, graceMs, shards }),
  fc.record({ type: fc.constantFrom('migrated', 'failed-over'), ...common, shards }),
  fc.record({ type: fc.constant('slots-migrating'), ...common, graceMs, slots: fc.constant([]) }),
  fc.record({ type: fc.constant('slots-migrated'), ...common, moves: fc.constant([]) }),
) as fc.Arbitrary<MaintenanceNotification>

/** An input, but for the connection that it is about. */
type Draft =
  | {
      readonly [K in Exclude<Input['type'], 'effect-failed'>]: Omit<
        Extract<Input, { type: K }>,
        'connection' | 'next' | 'identity'
      >
    }[Exclude<Input['type'], 'effect-failed'>]
  /** The last effect of one type threw. */
  | { readonly type: 'effect-failed'; readonly of: Effect['type'] }

const REASONS = ['not-writable', 'unresponsive', 'age', 'idle', 'address-gone', 'failover'] as const
const FALLIBLE = [
  'dial',
  'await-release',
  'fence',
  'resume',
  'drain',
  'ask-strategy',
  'pause-commands',
  'emit',
] as const
const key = fc.constantFrom('azure 1', 'azure 2')
const forMs = fc.constantFrom(0, 100, 30_000)

const often = <T>(weight: number, value: T): { weight: number; arbitrary: fc.Arbitrary<T> } => ({
  weight,
  arbitrary: fc.constant(value),
})
const draft: fc.Arbitrary<Draft> = fc.oneof(
  often<Draft>(2, { type: 'connect' }),
  often<Draft>(8, { type: 'dialled' }),
  often<Draft>(3, { type: 'dial-failed', error: 'failed' }),
  often<Draft>(3, { type: 'lost', cause: 'lost' }),
  often<Draft>(4, { type: 'released', until: 'returned' }),
  often<Draft>(4, { type: 'released', until: 'untied' }),
  often<Draft>(3, { type: 'fenced', drained: true }),
  often<Draft>(1, { type: 'fenced', drained: false }),
  often<Draft>(4, { type: 'retry', afterMs: 50 }),
  often<Draft>(1, { type: 'stop-reconnecting', error: 'given up' }),
  often<Draft>(3, { type: 'due', timer: 'handoff' }),
  often<Draft>(2, { type: 'due', timer: 'reconnect' }),
  often<Draft>(2, { type: 'due', timer: 'relaxations' }),
  often<Draft>(1, { type: 'due', timer: 'writes' }),
  often<Draft>(1, { type: 'close' }),
  { weight: 5, arbitrary: fc.constantFrom(...REASONS).map((reason): Draft => ({ type: 'hand-off', reason })) },
  {
    weight: 2,
    arbitrary: fc.constant<Draft>({ type: 'hand-off', reason: 'not-writable', endpoint: { host: 'b', port: 6379 } }),
  },
  often<Draft>(2, { type: 'recovered' }),
  often<Draft>(2, { type: 'stood-still' }),
  often<Draft>(1, { type: 'probed', answered: true }),
  often<Draft>(1, { type: 'probed', answered: false }),
  often<Draft>(2, { type: 'address-moved' }),
  { weight: 2, arbitrary: fc.record({ type: fc.constant('relax'), key, forMs }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('end-relaxation'), key }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('pause-writes'), forMs }) },
  often<Draft>(2, { type: 'resume-writes' }),
  { weight: 3, arbitrary: fc.constantFrom(...FALLIBLE).map((of): Draft => ({ type: 'effect-failed', of })) },
  { weight: 10, arbitrary: notification.map((told): Draft => ({ type: 'notification', notification: told })) },
)

interface Moment {
  readonly draft: Draft
  /** Which connection it is about: the one that it belongs to, or one counted back from the latest. */
  readonly about: 'its-own' | number
  readonly afterMs: number
}

function momentsWithin(...spansMs: readonly number[]): fc.Arbitrary<readonly Moment[]> {
  const about = fc.constantFrom('its-own' as const, 'its-own' as const, 'its-own' as const, 0, 1, 2, -1)
  return fc.array(fc.record({ draft, about, afterMs: fc.constantFrom(...spansMs) }), { maxLength: 120, size: 'max' })
}

const history = momentsWithin(0, 0, 1, 100, 5_000, 130_000)

interface Course {
  link: LinkState
  now: number
  readonly effects: Effect[]
  /** Called after each decision with what it was about. */
  readonly watch?: (before: LinkState, effects: readonly Effect[], course: Course) => void
}

function toInput({ draft: given, about }: Moment, { link: { phase, connectionsMade }, effects }: Course): Input {
  if (given.type === 'effect-failed') {
    const effect = effects.findLast(({ type }) => type === given.of)
    return effect === undefined ? { type: 'connect' } : { type: 'effect-failed', effect, error: 'threw' }
  }
  const current = 'current' in phase ? phase.current : connectionsMade
  const next = ('next' in phase ? phase.next : undefined) ?? connectionsMade
  const own = given.type === 'dialled' || given.type === 'dial-failed' ? next : current
  const connection = about === 'its-own' ? own : Math.max(1, connectionsMade - about)
  if (given.type === 'fenced' || given.type === 'released') return { ...given, connection, next }
  if (given.type === 'notification') return { ...given, connection, identity: identityOf(given.notification) }
  return { ...given, connection } as Input
}

function step(course: Course, input: Input): readonly Effect[] {
  const before = course.link
  const { link, effects } = reduce(before, input, { now: course.now, policy })
  course.link = link
  course.effects.push(...effects)
  course.watch?.(before, effects, course)
  return effects
}

function play(moments: readonly Moment[], watch?: Course['watch']): Course {
  const course: Course = { link: NEW_LINK, now: 0, effects: [], ...(watch && { watch }) }
  step(course, { type: 'connect' })
  for (const moment of moments) {
    course.now += moment.afterMs
    step(course, toInput(moment, course))
  }
  return course
}

/** What the gate lets through after an effect. */
const GATE_AFTER: Readonly<Partial<Record<Effect['type'], 'all' | 'reads' | 'nothing'>>> = {
  resume: 'all',
  'pause-writes': 'reads',
  'pause-commands': 'nothing',
  terminate: 'nothing',
}

function gateOwed({ phase, writesPaused }: LinkState): 'all' | 'reads' | 'nothing' {
  if (phase.state === 'fencing' || phase.state === 'probing' || !('current' in phase)) return 'nothing'
  if ('move' in phase && phase.move.holdsCommands) return 'nothing'
  return writesPaused === undefined ? 'all' : 'reads'
}

/** Whether writes wait by an effect, or since all commands do though a connection is there. */
function pausesWrites(effects: readonly Effect[], link: LinkState): boolean {
  return effects.some(({ type }) => type === 'pause-writes') || gateOwed(link) === 'nothing'
}

/** Whether the link waits for the configured name to lead elsewhere. */
function followsName({ phase }: LinkState): boolean {
  return phase.state === 'waiting' && phase.move.route.type === 'configured' && phase.move.attempts === 0
}

function turnsOf(effect: Effect): readonly ('begins' | 'ends')[] {
  if (effect.type !== 'emit') return []
  const { name, payload } = effect.event
  if (name === 'handoff:started') return ['begins']
  if (name === 'handoff:completed' || name === 'handoff:cancelled') return ['ends']
  return name === 'handoff:failed' && payload.followedBy === 'nothing' ? ['ends'] : []
}

describe('the reducer, whatever comes in whatever order', () => {
  test('never makes an illegal move', () => {
    // Entering a state that may not follow throws.
    fc.assert(fc.property(history, moments => void play(moments)))
  })

  test('changes nothing of the link that it was given', () => {
    fc.assert(
      fc.property(history, moments => {
        const course: Course = { link: NEW_LINK, now: 0, effects: [] }
        for (const moment of moments) {
          course.now += moment.afterMs
          const before = course.link
          const copy = structuredClone(before)
          step(course, toInput(moment, course))
          expect(before).toEqual(copy)
        }
      }),
    )
  })

  test('relaxes, perhaps more, and restores, and is relaxed exactly while there is a relaxation', () => {
    fc.assert(
      fc.property(history, moments => {
        let relaxed = false
        play(moments, (_, effects, { link }) => {
          const turns = effects.filter(({ type }) => type === 'relax' || type === 'restore')
          for (const { type } of turns) {
            expect(relaxed || type === 'relax').toBe(true)
            relaxed = type === 'relax'
          }
          expect(relaxed).toBe(link.relaxations.size > 0)
        })
      }),
    )
  })

  test('keeps a timer for the relaxations, so that they end when nothing more comes', () => {
    fc.assert(
      fc.property(history, moments => {
        const course = play(moments)
        for (let rounds = 0; course.link.relaxations.size > 0; rounds++) {
          expect(rounds).toBeLessThan(300)
          const scheduled = course.effects.findLast(effect => 'timer' in effect && effect.timer === 'relaxations')
          if (scheduled?.type !== 'schedule') throw new Error('There are relaxations, and no timer')
          course.now += Math.max(scheduled.afterMs, 0)
          step(course, { type: 'due', timer: 'relaxations' })
        }
        expect(course.effects.findLast(({ type }) => type === 'relax' || type === 'restore')?.type).not.toBe('relax')
      }),
    )
  })

  test('dials no more often for one event and connection than retries and last resort allow', () => {
    fc.assert(
      fc.property(history, moments => {
        const dials = new Map<string, number>()
        const begun = new Map<string, number>()
        play(moments, (_, effects, { link }) => {
          const { phase } = link
          // Those that look for a primary, or give a silent connection its chance, go on until their time is over.
          if (!('move' in phase) || phase.move.reason === 'not-writable' || phase.move.reason === 'unresponsive') return
          const event = `${phase.move.identity} on ${phase.current} at ${phase.move.receivedAt}`
          begun.set(event, phase.move.attempts)
          const count = effects.filter(({ type }) => type === 'dial').length
          dials.set(event, (dials.get(event) ?? 0) + count)
        })
        for (const count of dials.values()) expect(count).toBeLessThanOrEqual(policy.handoffRetries + 2)
        for (const attempts of begun.values()) expect(attempts).toBeLessThanOrEqual(policy.handoffRetries + 2)
      }),
    )
  })

  test('begins at most one hand-off for one numbered event and connection', () => {
    fc.assert(
      fc.property(momentsWithin(0, 0, 1, 100), moments => {
        const begun = new Set<string>()
        play(moments, (before, effects, { link }) => {
          const started = effects.some(effect => effect.type === 'emit' && effect.event.name === 'handoff:started')
          if (!started || !('move' in link.phase) || link.phase.move.reason !== 'moving') return
          const event = `${link.phase.move.identity} on ${link.phase.current}`
          expect(begun.has(event), `${event}, from ${before.phase.state}`).toBe(false)
          begun.add(event)
        })
      }),
    )
  })

  test('tells the beginning of a hand-off once, and its end once', () => {
    fc.assert(
      fc.property(history, moments => {
        let underWay = false
        play(moments, (_, effects, { link }) => {
          for (const turn of effects.flatMap(turnsOf)) {
            expect(underWay).toBe(turn === 'ends')
            underWay = turn === 'begins'
          }
          expect(underWay).toBe('move' in link.phase)
        })
      }),
    )
  })

  test('lets commands through exactly while a connection serves that is not being fenced, but for paused writes', () => {
    fc.assert(
      fc.property(history, moments => {
        let gate = 'nothing'
        play(moments, (_, effects, { link }) => {
          for (const { type } of effects) gate = GATE_AFTER[type] ?? gate
          // Closing the gate for good is the host's part of closing.
          if (link.phase.state === 'closed') gate = 'nothing'
          expect(gate, link.phase.state).toBe(gateOwed(link))
        })
      }),
    )
  })

  test('watches the configured name exactly while a hand-off waits for it', () => {
    fc.assert(
      fc.property(history, moments => {
        let follows = false
        play(moments, (_, effects, { link }) => {
          for (const { type } of effects) {
            if (type === 'follow-address' || type === 'unfollow-address') follows = type === 'follow-address'
          }
          expect(follows).toBe(followsName(link))
        })
      }),
    )
  })

  test('pauses writes only while a search for a primary goes on, or until the time that was announced', () => {
    fc.assert(
      fc.property(history, moments => {
        play(moments, (_, effects, { link }) => {
          const { phase, writesPaused } = link
          if (writesPaused === 'not-writable') expect('move' in phase).toBe(true)
          if (writesPaused !== undefined) expect('current' in phase).toBe(true)
          const told = effects.flatMap(effect => (effect.type === 'emit' ? [effect.event.name] : []))
          if (told.includes('writes:paused')) expect(pausesWrites(effects, link)).toBe(true)
        })
      }),
    )
  })

  test('forgets: neither events nor relaxations grow without bound', () => {
    const many = fc.array(fc.tuple(fc.nat(), fc.constantFrom('migrating', 'moving')), {
      minLength: 300,
      maxLength: 600,
    })
    fc.assert(
      fc.property(many, told => {
        const course: Course = { link: NEW_LINK, now: 0, effects: [] }
        step(course, { type: 'connect' })
        step(course, { type: 'dialled', connection: 1 })
        for (const [number, type] of told) {
          const base = { sequence: number, receivedAt: 0, raw: [], graceMs: 1_000 }
          const one: MaintenanceNotification =
            type === 'moving' ? { ...base, type, endpoint: null } : { ...base, type: 'migrating', shards: [] }
          step(course, { type: 'notification', connection: 1, identity: identityOf(one), notification: one })
          expect(course.link.registry.size).toBeLessThanOrEqual(256)
          expect(course.link.relaxations.size).toBeLessThanOrEqual(256)
        }
      }),
      { numRuns: 5 },
    )
  })

  test('ends in `closed` from everywhere, with every timer cancelled and no connection in the making kept', () => {
    fc.assert(
      fc.property(history, moments => {
        const course = play(moments)
        const { phase, writesPaused } = course.link
        const effects = step(course, { type: 'close' })
        expect(course.link.phase).toEqual({ state: 'closed' })
        expect(course.link.relaxations.size).toBe(0)
        if (phase.state === 'closed') return
        const cancelled = effects.flatMap(effect => (effect.type === 'cancel' ? [effect.timer] : []))
        const writes = writesPaused === 'announced' ? ['writes'] : []
        expect(new Set(cancelled)).toEqual(new Set(['handoff', 'reconnect', 'relaxations', ...writes]))
        expect(course.link.writesPaused).toBeUndefined()
        const discarded = effects.flatMap(effect => (effect.type === 'discard' ? [effect.connection] : []))
        if ('next' in phase && phase.next !== undefined) expect(discarded).toEqual([phase.next])
      }),
    )
  })
})
