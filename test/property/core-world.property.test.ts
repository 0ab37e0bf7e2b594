import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LogEntry, Scenario } from '../../src/testing/index.js'
import type { Stage } from '../../src/testing/scenario/stage.js'
import { calmDown, courseOf, type Played, play, type Untimed, untimed } from './random-course.js'

const connectionsOf = ({ server, client }: Stage): ReturnType<Stage['client']['connectionsTo']> =>
  [...server.nodes].flatMap(({ name }) => client.connectionsTo(name))

const countOf = (log: readonly LogEntry[], name: LogEntry['event'], fits: (entry: LogEntry) => boolean): number =>
  log.filter(entry => entry.event === name && fits(entry)).length

/** A search lasts 15 s, and pauses 100 ms, 200 ms and then 400 ms between dials. */
const DIALS_OF_A_SEARCH = 40

function timersOwed({ client }: Stage): number {
  const { phase, relaxations, writesPaused } = client.link.shell.link
  const { state } = phase
  const waits = state === 'waiting' || state === 'awaiting-release' || (phase.state === 'pausing' && !phase.immediate)
  return Number(relaxations.size > 0) + Number(waits) + Number(writesPaused === 'announced')
}

function gateOwed({ client }: Stage): Stage['client']['gate'] {
  const { phase, writesPaused } = client.link.shell.link
  if (phase.state === 'closed' || phase.state === 'idle') return 'closed'
  if (phase.state === 'fencing' || phase.state === 'probing' || !('current' in phase)) return 'paused'
  if ('move' in phase && phase.move.holdsCommands) return 'paused'
  return writesPaused === undefined ? 'open' : 'writes-paused'
}

/** What holds after each step, when all that follows from it at once is done. */
const AT_EACH_STEP: readonly ((stage: Stage) => void)[] = [
  stage => {
    const { timers } = stage.client.link.shell
    expect(timers, 'exactly the timers run that the state calls for').toBe(timersOwed(stage))
  },
  stage =>
    expect(stage.client.gate, 'commands go through while a connection serves, and only then').toBe(gateOwed(stage)),
  ({ client }) => {
    const { phase, writesPaused } = client.link.shell.link
    const search = 'writes wait for a primary only while one is searched'
    if (writesPaused === 'not-writable') expect(phase, search).toHaveProperty('move')
    // That the other cause has its timer is part of what timers are owed.
    if (writesPaused !== undefined) expect(phase, 'writes wait only where reads are served').toHaveProperty('current')
  },
]

/** What holds of everything that was written down. */
const OF_THE_LOG: readonly ((log: readonly LogEntry[], given: Scenario) => void)[] = [
  log => {
    const told = log.map(({ event }) => event).filter(event => event.startsWith('writes:'))
    const inTurn = told.map((_, index) => (index % 2 === 0 ? 'writes:paused' : 'writes:resumed'))
    expect(told, 'it is told in turn that writes wait and go on').toEqual(inTurn)
  },
  (log, given) => {
    const isSearch = ({ reason = '' }: LogEntry): boolean => reason === 'not-writable' || reason === 'unresponsive'
    const searches = countOf(log, 'handoff:started', isSearch)
    const others = countOf(log, 'handoff:started', entry => !isSearch(entry))
    const dials = countOf(log, 'dial', ({ purpose }) => purpose === 'handoff')
    const { retries = 3 } = given.options?.maintNotifications?.handoff ?? {}
    const most = others * (retries + 2) + searches * DIALS_OF_A_SEARCH
    expect(dials, 'retries, last resorts and the pauses of a search bound the dials').toBeLessThanOrEqual(most)
  },
  (log, given) => {
    const count = (name: LogEntry['event']): number => countOf(log, name, () => true)
    const moves = given.steps.filter(step => step.do === 'notify' && step.kind === 'moving').length
    const leaves = given.steps.filter(step => step.do === 'hand-off').length
    const connections = count('connected') + count('handoff:completed')
    // After a search that found no primary it is looked for one now and then; where a look finds one, that is a reason.
    const givenOver = countOf(log, 'handoff:failed', ({ followedBy }) => followedBy === 'nothing')
    // A server that refuses a command is left as well, and a connection that does not answer.
    const noticed = count('command:refused') + count('connection:unresponsive')
    const most = moves * connections + leaves + givenOver + noticed
    expect(count('handoff:started'), 'each hand-off has a reason').toBeLessThanOrEqual(most)
  },
]

/** Whatever happens, at most one connection is being made. */
function checkDial(stage: Stage, { event }: LogEntry): void {
  if (event !== 'dial') return
  const inTheMaking = connectionsOf(stage).filter(({ isReady }) => !isReady)
  expect(inTheMaking, 'one connection is made at a time').toEqual([])
}

/** Plays a course, and checks all that holds on the way. */
async function playChecked(given: Scenario): Promise<Played> {
  const played = await play(given, {
    settled: stage => {
      for (const holds of AT_EACH_STEP) holds(stage)
    },
    recorded: checkDial,
  })
  for (const holds of OF_THE_LOG) holds(played.log, given)
  return played
}

/** What ties the application to its connection for a while, so that hand-offs wait for it. */
const tie = fc
  .constantFrom(['WATCH', 'key'], ['WATCH', 'key'], ['MULTI'], ['UNWATCH'], ['EXEC'])
  .map((command): Untimed => ({ do: 'send', as: 'tie', command }))

const scenario = courseOf(fc.oneof({ weight: 6, arbitrary: untimed }, { weight: 1, arbitrary: tie }))

/** A thousand courses, on a machine that has other things to do. */
const RUNS_WITHIN_MS = 300_000

describe('a link in a world that misbehaves', () => {
  test(
    'keeps its promises all the way, and comes to rest once the world does',
    async () => {
      await fc.assert(
        fc.asyncProperty(scenario, async given => {
          const stage = await playChecked(given)
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
    },
    RUNS_WITHIN_MS,
  )

  test(
    'leaves nothing behind when it is closed at any moment',
    async () => {
      await fc.assert(
        fc.asyncProperty(scenario, async given => {
          const stage = await playChecked(given)
          stage.client.destroy()
          await stage.clock.settle()
          expect(stage.client.link.shell.timers).toBe(0)
          expect(connectionsOf(stage).length).toBe(0)
          expect(stage.client.relaxed).toBe(false)
        }),
      )
    },
    RUNS_WITHIN_MS,
  )
})
