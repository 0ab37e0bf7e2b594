import { describe, expect, onTestFailed, onTestFinished, test } from 'vitest'
import { MAINT_EVENT_NAMES } from '../../src/core/events/maint-events.js'
import { compareLogs, type LogEntry, runScenario } from '../../src/testing/index.js'
import { readScenario, SCENARIO_FILES } from './scenario-files.js'
import { SocketStage } from './socket-stage.js'

const tagged = SCENARIO_FILES.map(readScenario).filter(({ sockets }) => sockets === true)

/** What the client tells by itself; the rest of a log is seen from inside only. */
const TOLD: ReadonlySet<string> = new Set([
  ...MAINT_EVENT_NAMES,
  'connected',
  'reconnecting',
  'error',
  'command:answered',
  'command:failed',
])

const isTold = ({ event }: LogEntry): boolean => TOLD.has(event)

/** An expectation without what only a virtual clock and a modelled world can promise. */
function timeless({
  at: _at,
  durationMs: _duration,
  pausedMs: _held,
  message: _message,
  ...entry
}: LogEntry): LogEntry {
  return entry
}

describe('on real sockets', () => {
  test.each(tagged.map(scenario => [scenario.title, scenario] as const))('%s', async (_, scenario) => {
    const { log: modelled } = await runScenario(scenario)
    const told = modelled.filter(isTold)
    const stage = await SocketStage.create(scenario)
    onTestFinished(() => stage.dispose())
    // Where an entry never comes the test ends by its timeout: then this tells which.
    onTestFailed(() => console.error(compareLogs(told.map(timeless), stage.log)))
    for (const step of scenario.steps) {
      // The world goes on once the client has told what came before: nothing here waits for time.
      await stage.reached(told.filter(({ at = 0 }) => at < step.at).length)
      await stage.perform(step)
    }
    await stage.reached(told.length)
    const end = await stage.end()
    const { ignore = [] } = scenario
    const expected = scenario.expect.filter(isTold).map(timeless)
    const happened = stage.log.filter(({ event }) => !ignore.includes(event))
    expect(compareLogs(expected, happened) ?? '').toBe('')
    const { at: _at, timers: _timers, ...expectedEnd } = { timers: 0, ...scenario.end }
    expect(end).toEqual(expectedEnd)
  })

  test('there are scenarios to be played', () => {
    expect(tagged.length).toBeGreaterThanOrEqual(6)
  })
})
