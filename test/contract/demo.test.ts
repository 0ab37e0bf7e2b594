import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runDemo } from '../../src/cli/demo/main.js'
import type { Score } from '../../src/cli/demo/score.js'
import { SCRIPT } from '../../src/cli/demo/script.js'

/** How a program ended, and what it printed. */
interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const BUILD_LIMIT_MS = 120_000
const DEMO_LIMIT_MS = 120_000
const FAST = ['--backend', 'store', '--speed', '4']

let folder: string

beforeAll(async () => {
  // Inside the package, so that the programs find its manifest and its dependencies.
  const parent = resolve('.demo')
  await mkdir(parent, { recursive: true })
  folder = await mkdtemp(join(parent, 'build-'))
  const built = await run('node_modules/typescript/bin/tsc', '-p', 'src', '--outDir', folder)
  expect(built).toMatchObject({ code: 0, stdout: '' })
}, BUILD_LIMIT_MS)

afterAll(() => rm(folder, { recursive: true, force: true }))

function run(...args: readonly string[]): Promise<Ended> {
  return new Promise(done => {
    execFile(process.execPath, args, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

function demo(...args: readonly string[]): Promise<Ended> {
  return run(join(folder, 'cli/demo.js'), ...args)
}

/** Runs the demo in this process; only the client under load has one of its own. */
async function demoHere(...args: readonly string[]) {
  const [printed, complained]: [string[], string[]] = [[], []]
  const terminal = {
    print: (line: string) => void printed.push(line),
    complain: (line: string) => void complained.push(line),
    screen: undefined,
    color: false,
  }
  const playerProgram = join(folder, 'cli/demo/player-main.js')
  const code = await runDemo(args, { terminal, signal: AbortSignal.any([]), playerProgram })
  return { code, printed, complained }
}

describe('the demo', () => {
  it(
    'ends well: nothing failed, nothing was lost, nothing was applied twice',
    async () => {
      const { code, stdout, stderr } = await demo('--json', ...FAST)
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
    },
    DEMO_LIMIT_MS,
  )

  it(
    'prints lines and both columns where it plays to the plain client as well',
    async () => {
      const { code, printed, complained } = await demoHere('--compare', ...FAST)
      expect({ code, complained }).toEqual({ code: 0, complained: [] })
      const text = printed.join('\n')
      expect(text).toContain('redis-hitless, over built-in store')
      expect(text).toContain('@redis/client, over built-in store')
      for (const { title } of SCRIPT) expect(text).toContain(title)
      expect(printed).toContainEqual(expect.stringMatching(/^ +redis-hitless +@redis\/client \d+\.\d+\.\d+ *$/))
      expect(printed.at(-1)).toBe('redis-hitless: nothing failed, nothing was lost, nothing was applied twice')
    },
    DEMO_LIMIT_MS,
  )

  it('explains itself', async () => {
    const { code, printed } = await demoHere('--help')
    expect({ code, usage: printed.join('\n') }).toEqual({ code: 0, usage: expect.stringContaining('--compare') })
  })

  it('refuses arguments that it does not know', async () => {
    const { code, stdout, stderr } = await demo('--fast')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('--fast')
    expect(stderr).toContain('Usage: npm run demo')
  })
})
