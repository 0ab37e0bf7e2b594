import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Outcome, toFinding } from '../../../../src/cli/demo/outcome.js'
import { IncidentLog } from '../../../../src/cli/player/notes/incident-log.js'
import { textOf } from '../../../../src/cli/program/error-text.js'
import { type Finding, runProgram } from '../../../../src/cli/program/frame.js'
import { processTerminal } from '../../../../src/cli/program/terminal.js'
import { type Score, toScore } from '../../../../src/cli/rehearsal/score.js'
import { CapturedTerminal } from '../../../support/captured-terminal.js'

afterEach(() => void vi.unstubAllEnvs())

function scoreOf(client: Score['client'], given: Partial<Score>): Score {
  const score = toScore({ client, end: { how: 'hung' }, last: undefined, connections: 1, astray: [] })
  return { ...score, ...given }
}

const GOOD = scoreOf('redis-hitless', {
  ended: 'finished',
  commands: 10,
  failed: 0,
  lost: 0,
  doubled: 0,
  torn: 0,
  unhandledRejections: 0,
  longestStallMs: 1.234_567,
  closed: true,
})
const HUNG = scoreOf('@redis/client', {})
const ABOUT = { speed: 1, host: '@redis/client', hostVersion: '6.3.1' } as const
const backend = 'built-in store'

/** What the demo prints with `--json`. */
async function jsonOf(outcome: Outcome): Promise<string> {
  const terminal = new CapturedTerminal()
  const run = (): Promise<Finding> => Promise.resolve(toFinding(outcome))
  await runProgram({ usage: '', parse: () => ({ json: true, help: false }), run }, [], terminal)
  return terminal.text
}

describe('the outcome', () => {
  it('has one column for one client and two for two', () => {
    const [ours, plain] = [
      { score: GOOD, backend },
      { score: HUNG, backend },
    ]
    expect(toFinding({ ...ABOUT, ours, plain: undefined }).lines[1]?.trim()).toBe('redis-hitless')
    expect(toFinding({ ...ABOUT, ours, plain }).lines[1]?.trim()).toMatch(/^redis-hitless +@redis\/client 6\.3\.1$/)
  })

  it('ends with the verdict on ours', () => {
    const { lines: good } = toFinding({ ...ABOUT, ours: { score: GOOD, backend }, plain: undefined })
    expect(good.at(-1)).toBe('redis-hitless: nothing failed, nothing was lost, nothing was applied twice')
    const { lines: bad } = toFinding({ ...ABOUT, ours: { score: { ...GOOD, lost: 2 }, backend }, plain: undefined })
    expect(bad.at(-1)).toBe('redis-hitless: 2 commands lost')
  })

  it('is one JSON object, with the plain client only where it played', async () => {
    const alone = JSON.parse(await jsonOf({ ...ABOUT, ours: { score: GOOD, backend }, plain: undefined }))
    expect(alone).toMatchObject({ ok: true, faults: [], backend, speed: 1, 'redis-hitless': { longestStallMs: 1.235 } })
    expect(alone).not.toHaveProperty('@redis/client')
    const both = JSON.parse(await jsonOf({ ...ABOUT, ours: { score: HUNG, backend }, plain: { score: HUNG, backend } }))
    expect(both).toMatchObject({ ok: false, faults: ['the client hung'], '@redis/client': { ended: 'hung' } })
  })
})

describe('incidents', () => {
  it('are counted and told', () => {
    const told: string[] = []
    const log = new IncidentLog(text => told.push(text))
    log.handedOff()
    log.handedOff({ durationMs: 1_000, pausedMs: 1, attempts: 1 })
    log.reconnecting()
    log.failed(new Error('read ECONNRESET'))
    log.unhandled('nothing in particular')
    expect(log.counts()).toEqual({ handoffs: 2, reconnects: 1, errors: 1, unhandled: 1 })
    expect(log.handoffs).toEqual([{ durationMs: 1_000, pausedMs: 1, attempts: 1 }])
    expect(told).toEqual([
      'the client reconnects',
      'error event: read ECONNRESET',
      'unhandled rejection: nothing in particular',
    ])
  })

  it.each([
    ['an error of two lines', new Error('two\n  lines'), 'two lines'],
    ['an error without words', new TypeError(''), 'TypeError'],
    ['a text', 'text', 'text'],
    ['nothing', undefined, 'undefined'],
    ['a long error', new Error('x'.repeat(500)), 'x'.repeat(160)],
  ])('%s becomes one line', (_, error, text) => {
    expect(textOf(error)).toBe(text)
  })
})

describe('the terminal of the process', () => {
  it('is no screen where it is dumb, and has no colour where that is not wanted', () => {
    vi.stubEnv('TERM', 'dumb')
    vi.stubEnv('NO_COLOR', '1')
    expect(processTerminal()).toMatchObject({ screen: undefined, color: false })
  })
})
