import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { readCapture } from '../../src/capture/index.js'
import { runDemo } from '../../src/cli/demo/demo-program.js'
import type { Score } from '../../src/cli/rehearsal/score.js'
import { SCRIPT } from '../../src/cli/rehearsal/script.js'
import { BUILD_LIMIT_MS, BuiltPrograms } from '../support/built-programs.js'
import { CapturedTerminal } from '../support/captured-terminal.js'

const DEMO_LIMIT_MS = 120_000
const FAST = ['--backend', 'store', '--speed', '4']

let programs: BuiltPrograms
beforeAll(async () => {
  programs = await BuiltPrograms.create()
}, BUILD_LIMIT_MS)
afterEach(() => void vi.unstubAllEnvs())
afterAll(() => programs.dispose())

/** Runs the demo in this process; only the client under load has one of its own. */
async function demoHere(args: readonly string[], signal = AbortSignal.any([])) {
  const terminal = new CapturedTerminal()
  const playerProgram = programs.path('cli/player/player-main')
  const code = await runDemo(args, { terminal, signal, playerProgram })
  return { code, terminal }
}

describe('the demo', () => {
  it(
    'ends well: nothing failed, nothing was lost, nothing was applied twice; and leaves a capture of it',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'redis-hitless-test-'))
      onTestFinished(() => rm(folder, { recursive: true }))
      const file = join(folder, 'demo.capture.jsonl')
      const { code, stdout, stderr } = await programs.run('cli/demo/main', '--json', '--record', file, ...FAST)
      expect(stderr).toBe('')
      const { 'redis-hitless': score, ...about } = JSON.parse(stdout) as { 'redis-hitless': Score }
      expect({ faults: Reflect.get(about, 'faults'), failures: score.failures, stderr }).toEqual({
        faults: [],
        failures: {},
        stderr: '',
      })
      expect(about).toMatchObject({ ok: true, backend: 'built-in store', speed: 4 })
      expect(score).toMatchObject({
        client: 'redis-hitless',
        ended: 'finished',
        failed: 0,
        unanswered: 0,
        lost: 0,
        doubled: 0,
        torn: 0,
        reconnects: 1,
        unhandledRejections: 0,
        closed: true,
      })
      expect(score.commands).toBeGreaterThan(0)
      expect(score.handoffs).toBeGreaterThanOrEqual(2)
      expect(score.handoffFigures).toHaveLength(score.handoffs ?? 0)
      expect(score.steps.map(({ step }) => step)).toEqual(['connecting', ...SCRIPT.map(({ id }) => id)])
      expect(code).toBe(0)

      const { header, entries } = await readCapture(createReadStream(file))
      expect(header.redacted).toBe(true)
      const told = entries.flatMap(entry => (entry.type === 'event' ? [entry.name] : []))
      expect(told.filter(name => name === 'handoff:completed')).toHaveLength(score.handoffs ?? 0)
    },
    DEMO_LIMIT_MS,
  )

  it(
    'ends as well over ioredis',
    async () => {
      const { code, terminal } = await demoHere(['--json', '--client', 'ioredis', ...FAST])
      const { 'redis-hitless/ioredis': score, ...about } = JSON.parse(terminal.text)
      expect(about).toMatchObject({ ok: true, faults: [], host: 'ioredis', hostVersion: expect.stringMatching(/^6\./) })
      expect(score).toMatchObject({ client: 'redis-hitless/ioredis', failed: 0, lost: 0, doubled: 0, reconnects: 1 })
      expect(score.handoffs).toBeGreaterThanOrEqual(2)
      expect(code).toBe(0)
    },
    DEMO_LIMIT_MS,
  )

  it(
    'prints lines and both columns where it plays to the plain client as well',
    async () => {
      const { code, terminal } = await demoHere(['--compare', ...FAST])
      const { printed, complained, text } = terminal
      expect({ code, complained }).toEqual({ code: 0, complained: [] })
      expect(text).toContain('redis-hitless, over built-in store')
      expect(text).toContain('@redis/client, over built-in store')
      for (const { title } of SCRIPT) expect(text).toContain(title)
      expect(printed).toContainEqual(expect.stringMatching(/^ +redis-hitless +@redis\/client \d+\.\d+\.\d+ *$/))
      expect(printed.at(-1)).toBe('redis-hitless: nothing failed, nothing was lost, nothing was applied twice')
    },
    DEMO_LIMIT_MS,
  )

  it('explains itself', async () => {
    const { code, terminal } = await demoHere(['--help'])
    expect({ code, usage: terminal.text }).toEqual({ code: 0, usage: expect.stringContaining('--compare') })
  })

  it('refuses arguments that it does not know', async () => {
    const { code, stdout, stderr } = await programs.run('cli/demo/main', '--fast')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('--fast')
    expect(stderr).toContain('Usage: redis-hitless demo')
  })

  it('refuses a client that it does not know', async () => {
    const { code, terminal } = await demoHere(['--client', 'jedis'])
    expect({ code, printed: terminal.printed }).toEqual({ code: 2, printed: [] })
    expect(terminal.complained.join()).toContain('--client must be one of @redis/client, ioredis')
  })

  it('can be broken off, and leaves nothing behind', async () => {
    const { code, terminal } = await demoHere(FAST, AbortSignal.abort())
    expect({ code, complained: terminal.complained }).toEqual({ code: 130, complained: [] })
    expect(terminal.printed.at(-1)).not.toContain('nothing failed')
  })

  it('says what is missing where the back end that was asked for is not there', async () => {
    vi.stubEnv('PATH', '')
    const { code, terminal } = await demoHere(['--backend', 'spawn'])
    expect({ code, printed: terminal.printed }).toEqual({ code: 1, printed: [] })
    expect(terminal.complained.join()).toContain('redis-server')
    const inJson = await demoHere(['--json', '--backend', 'spawn'])
    expect(JSON.parse(inJson.terminal.text)).toEqual({ ok: false, error: expect.stringContaining('redis-server') })
  })
})
