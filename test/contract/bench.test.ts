import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { benchHandoff, HANDOFF_NAMES } from '../../src/cli/bench/handoff.js'
import { benchHotPath, HOT_PATH_NAMES } from '../../src/cli/bench/hot-path.js'
import { runBench } from '../../src/cli/bench/main.js'
import { startBenchServer } from '../../src/cli/bench/server.js'
import { createSimulator } from '../../src/simulator/index.js'
import { BUILD_LIMIT_MS, BuiltPrograms } from '../support/built-programs.js'
import { CapturedTerminal } from '../support/captured-terminal.js'

const BENCH_LIMIT_MS = 120_000

let programs: BuiltPrograms
beforeAll(async () => {
  programs = await BuiltPrograms.create()
}, BUILD_LIMIT_MS)
afterEach(() => void vi.unstubAllEnvs())
afterAll(() => programs.dispose())

async function benchHere(...args: readonly string[]) {
  const terminal = new CapturedTerminal()
  const code = await runBench(args, {
    terminal,
    signal: AbortSignal.any([]),
    playerProgram: programs.path('cli/demo/player-main'),
    storeProgram: programs.path('cli/bench/store-main'),
  })
  return { code, terminal }
}

describe('the benchmark', () => {
  it('measures the hot path against the plain client', async () => {
    const simulator = await createSimulator()
    const rows = await benchHotPath({ url: simulator.node.url, wanted: () => true, pairs: 2, commands: 100 })
    await simulator.dispose()
    expect(rows.map(({ name }) => name)).toEqual(HOT_PATH_NAMES)
    for (const { ours, theirs, spread } of rows) {
      expect(Math.min(ours, theirs ?? 0, spread.min)).toBeGreaterThan(0)
    }
  })

  it(
    'measures hand-offs of both clients',
    async () => {
      const playerProgram = programs.path('cli/demo/player-main')
      const rows = await benchHandoff({ playerProgram, signal: AbortSignal.any([]), runs: 1, speed: 4 })
      expect(rows.map(({ name }) => name)).toEqual(HANDOFF_NAMES)
      for (const { ours } of rows) expect(ours).toBeGreaterThan(0)
    },
    BENCH_LIMIT_MS,
  )

  it(
    'prints the rows that were asked for, as one JSON object or as a table',
    async () => {
      const [name = ''] = HOT_PATH_NAMES.slice(-1)
      const { code, terminal } = await benchHere('--json', '--only', name.toUpperCase())
      const { rows, missed, environment } = JSON.parse(terminal.text)
      expect({ code, names: rows.map((row: { name: string }) => row.name), missed }).toEqual({
        code: 0,
        names: [name],
        missed: [],
      })
      expect(environment.backend).toMatch(/^(redis-server|built-in store)/)
    },
    BENCH_LIMIT_MS,
  )

  it('prints a table without rows where nothing has that name', async () => {
    const { code, terminal } = await benchHere('--check', '--only', 'no such row')
    expect(code).toBe(0)
    expect(terminal.printed.at(-1)).toContain('Every target is reached')
  })

  it('explains itself, and refuses what it does not know', async () => {
    const help = await benchHere('--help')
    expect({ code: help.code, usage: help.terminal.text }).toEqual({
      code: 0,
      usage: expect.stringContaining('--only <text>'),
    })
    const wrong = await benchHere('--fast')
    expect(wrong.code).toBe(2)
    expect(wrong.terminal.complained.join()).toContain('Usage: npm run bench')
  })
})

describe('the server of the benchmark', () => {
  it('is the built-in store in a process of its own where there is no redis-server', async () => {
    vi.stubEnv('PATH', '')
    const server = await startBenchServer(programs.path('cli/bench/store-main'))
    expect(server.name).toContain('built-in store')
    const wanted = (name: string): boolean => name.includes('at a time')
    expect(await benchHotPath({ url: server.url, wanted, pairs: 1, commands: 100 })).toHaveLength(1)
    await server.stop()
  })
})
