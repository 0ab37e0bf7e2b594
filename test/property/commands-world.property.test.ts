import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LogEntry, Scenario, Step } from '../../src/testing/index.js'
import { calmDown, courseOf, type Played, play, type Untimed, untimed } from './random-course.js'

/** What is asked, in the order of the names; each name is given its number by its place. */
const asked = fc.oneof(
  { weight: 3, arbitrary: fc.constant(['INCR', 'visits']) },
  { weight: 2, arbitrary: fc.constant(['ECHO', 'NAME']) },
  { weight: 1, arbitrary: fc.constant(['BLPOP', 'jobs', '3']) },
)

const call = fc.record({
  do: fc.constant('send'),
  as: fc.constant(''),
  command: asked,
  timeoutMs: fc.constantFrom(0, 0, 0, 200),
})

const other = fc.record({
  do: fc.constant('execute'),
  command: fc.constantFrom(['PUBLISH', 'news', 'NAME'], ['PUBLISH', 'news', 'NAME'], ['RPUSH', 'jobs', 'NAME']),
})

/** What catches commands between the node and their answers. */
const node = fc.constantFrom('a', 'a', 'b', 'c')
const trouble = fc.oneof(
  fc.record({ do: fc.constant('drop'), node, connections: fc.constant('serving') }),
  fc.record({ do: fc.constant('node'), node, answerMs: fc.constantFrom(20, 300) }),
)

const steps = fc.oneof(
  { weight: 1, arbitrary: trouble as fc.Arbitrary<Untimed> },
  { weight: 2, arbitrary: call as fc.Arbitrary<Untimed> },
  { weight: 1, arbitrary: other as fc.Arbitrary<Untimed> },
  { weight: 2, arbitrary: untimed },
)

/** Gives every call, job and message a number of its own, and begins with a listener. */
function named(given: Scenario): Scenario {
  const [first, ...rest] = given.steps
  const numbered = rest.map((step, index): Step => {
    const number = String(index)
    if (step.do === 'send') return { ...step, as: `c${number}`, command: withNumber(step.command, number) }
    return step.do === 'execute' ? { ...step, command: withNumber(step.command, number) } : step
  })
  const listen = { at: 0, do: 'subscribe', as: 'listener', channels: ['news'] } as const
  return { ...given, steps: [...(first === undefined ? [] : [first]), listen, ...numbered] }
}

function withNumber(command: readonly string[], number: string): readonly string[] {
  return command.map(word => (word === 'NAME' ? number : word))
}

/** The calls of one command, and what became of each. */
function callsOf(log: readonly LogEntry[], { steps: taken }: Scenario, name: string): readonly LogEntry[] {
  const names = new Set(taken.flatMap(step => (step.do === 'send' && step.command[0] === name ? [step.as] : [])))
  return log.filter(({ event, as = '' }) => event.startsWith('command:') && names.has(as))
}

const isAnswered = ({ event }: LogEntry): boolean => event === 'command:answered'

/** What the data holds at the end. */
async function lookUp(played: Played, command: readonly string[]): Promise<unknown> {
  const { client, clock, log } = played
  const as = `look-up-${command.join('-')}`
  client.call({ at: 0, do: 'send', as, command })
  await clock.settleBy(10)
  return log.find(entry => entry.as === as)?.reply
}

function checkSettledOnce(log: readonly LogEntry[], { steps: taken }: Scenario): void {
  const calls = taken.flatMap(step => (step.do === 'send' ? [step.as] : []))
  const settled = log.flatMap(({ event, as = '' }) => (event.startsWith('command:') && calls.includes(as) ? [as] : []))
  expect(settled.toSorted(), 'every call is settled, once').toEqual(calls.toSorted())
}

/** Whether a connection may have ended before it was left: what listeners hear around that is not compared. */
function isCut(log: readonly LogEntry[], { steps: taken }: Scenario): boolean {
  const ends = (step: Step): boolean =>
    step.do === 'drop' || (step.do === 'notify' && step.kind === 'moving' && step.closesAfterMs !== null)
  return taken.some(ends) || log.some(({ event }) => event === 'subscriptions:interrupted')
}

function checkAnswers(log: readonly LogEntry[], given: Scenario): void {
  const echoes = callsOf(log, given, 'ECHO').filter(isAnswered)
  const own = echoes.map(({ as = '' }) => as.slice(1))
  expect(
    echoes.map(({ reply }) => reply),
    "no answer is another's",
  ).toEqual(own)
  const counts = callsOf(log, given, 'INCR').filter(isAnswered)
  const different = new Set(counts.map(({ reply }) => reply))
  expect(different.size, 'each increment that was acknowledged has a number of its own').toBe(counts.length)
  if (isCut(log, given)) return
  const messages = log.flatMap(({ event, message }) => (event === 'message' ? [Number(message)] : []))
  expect(messages, 'messages come once and in order').toEqual([...new Set(messages)].toSorted((a, b) => a - b))
}

async function checkData(played: Played, given: Scenario): Promise<void> {
  const { log } = played
  const increments = callsOf(log, given, 'INCR')
  const acknowledged = increments.filter(isAnswered).length
  const pops = callsOf(log, given, 'BLPOP').filter(({ reply }) => Array.isArray(reply))
  const taken = pops.map(({ reply }) => String(Array.isArray(reply) ? reply[1] : reply))
  if (!played.client.isOpen) return
  const visits = Number((await lookUp(played, ['GET', 'visits'])) ?? 0)
  expect(visits, 'what was acknowledged was counted').toBeGreaterThanOrEqual(acknowledged)
  expect(visits, 'nothing was counted twice').toBeLessThanOrEqual(increments.length)
  const left = await lookUp(played, ['LRANGE', 'jobs', '0', '-1'])
  const jobs = [...taken, ...(Array.isArray(left) ? left.map(String) : [])]
  expect(new Set(jobs).size, 'no job is taken twice').toBe(jobs.length)
}

/** With monitors a silent node is left: nothing waits for it for ever. */
const course = courseOf(steps, { monitors: true }).map(named)

/** A thousand courses, on a machine that has other things to do. */
const RUNS_WITHIN_MS = 300_000

describe('commands in a world that misbehaves', () => {
  test(
    'are settled once each, with their own answers; what is acknowledged was done once',
    async () => {
      await fc.assert(
        fc.asyncProperty(course, async given => {
          const played = await play(given)
          await calmDown(played, 120_000)
          checkSettledOnce(played.log, given)
          checkAnswers(played.log, given)
          await checkData(played, given)
        }),
      )
    },
    RUNS_WITHIN_MS,
  )
})
