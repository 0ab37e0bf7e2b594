import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { runBench } from '../../src/cli/bench/bench-program.js'
import { startBenchServer } from '../../src/cli/bench/bench-server.js'
import { GROWTH_NAMES } from '../../src/cli/bench/growth/growth.js'
import { HANDOFF_NAMES } from '../../src/cli/bench/handoff.js'
import { benchHotPath, namesOf } from '../../src/cli/bench/hot-path.js'
import { IOREDIS_COMPARISONS } from '../../src/cli/bench/ioredis-hot-path.js'
import { NODE_NAMES } from '../../src/cli/bench/node/bench-node.js'
import { NODE_REDIS_COMPARISONS } from '../../src/cli/bench/node-redis-hot-path.js'
import { OBSERVED_COMPARISONS } from '../../src/cli/bench/observed-hot-path.js'
import { POOL_NAMES } from '../../src/cli/bench/pool-throughput.js'
import type { BenchRow } from '../../src/cli/bench/row.js'
import { WEIGHT_NAMES } from '../../src/cli/bench/weight/weight-rows.js'
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
    playerProgram: programs.path('cli/player/player-main'),
    storeProgram: programs.path('cli/bench/store-main'),
    growthProgram: programs.path('cli/bench/growth/growth-main'),
    importProgram: programs.path('cli/bench/weight/import-main'),
    clientsProgram: programs.path('cli/bench/weight/clients-main'),
    nodeProgram: programs.path('cli/bench/node/node-main'),
    clientModules: {
      '@redis/client': pathToFileURL(programs.path('adapters/node-redis/index')).href,
      ioredis: pathToFileURL(programs.path('adapters/ioredis/index')).href,
    },
    effort: {
      wire: { sizeBytes: 20_000, pairs: 1, runMs: 1 },
      hotPath: { pairs: 1, commands: 100 },
      pool: { pairs: 1, commands: 100 },
      growth: { runs: 1, sizes: [5, 10] },
      handoff: { runs: 1, speed: 4 },
      node: { pairs: 1, commands: 100, audience: 20, pushes: 1 },
      weight: { imports: 1, runs: [1, 1], clients: 20, idleMs: [0, 50] },
    },
  })
  return { code, terminal }
}

function expectMeasured(rows: readonly BenchRow[]): void {
  for (const { name, ours, spread } of rows) {
    // With so little effort a cost above the plain client's may come out as nothing, or below it.
    expect({ name, measured: Number.isFinite(ours), ordered: spread.min <= spread.median }).toEqual({
      name,
      measured: true,
      ordered: true,
    })
  }
}

describe('the benchmark', () => {
  it(
    'measures everything',
    async () => {
      const { code, terminal } = await benchHere('--json')
      const { rows, environment } = JSON.parse(terminal.text)
      const names = rows.map(({ name }: BenchRow) => name)
      const groups = [
        namesOf(NODE_REDIS_COMPARISONS),
        POOL_NAMES,
        NODE_NAMES,
        GROWTH_NAMES,
        HANDOFF_NAMES,
        WEIGHT_NAMES,
      ]
      const observed = namesOf(OBSERVED_COMPARISONS)
      expect(names.slice(-observed.length)).toEqual(observed)
      const others = names.slice(0, -observed.length)
      expect(others.slice(0, -8)).toEqual(groups.flat())
      for (const name of others.slice(-8)) expect(name).toMatch(/^wire (tap|decoder): /)
      expectMeasured(rows)
      expect(environment.backend).toMatch(/^(redis-server|built-in store)/)
      expect(code).toBe(0)
    },
    BENCH_LIMIT_MS,
  )

  it(
    'measures the same over ioredis, but for what that has not: pools, and a decoder to compare with',
    async () => {
      const { code, terminal } = await benchHere('--json', '--client', 'ioredis')
      const { rows, environment } = JSON.parse(terminal.text)
      const groups = [namesOf(IOREDIS_COMPARISONS), HANDOFF_NAMES, WEIGHT_NAMES]
      expect(rows.map(({ name }: BenchRow) => name)).toEqual(groups.flat())
      expectMeasured(rows)
      expect(environment).toMatchObject({ client: 'ioredis', host: expect.stringMatching(/^6\./) })
      expect(code).toBe(0)
    },
    BENCH_LIMIT_MS,
  )

  it('measures and prints only what was asked for', async () => {
    const { code, terminal } = await benchHere('--only', 'ONE COMMAND AT A TIME')
    expect(code).toBe(0)
    expect(terminal.text).toContain('hot path: one command at a time')
    expect(terminal.text).not.toContain('wire')
  })

  it('reaches no target where no row has that name', async () => {
    const { code, terminal } = await benchHere('--check', '--only', 'no such row')
    expect(code).toBe(1)
    expect(terminal.complained).toEqual(['No row has "no such row" in its name'])
  })

  it('explains itself, and refuses what it does not know', async () => {
    const help = await benchHere('--help')
    expect({ code: help.code, usage: help.terminal.text }).toEqual({
      code: 0,
      usage: expect.stringContaining('--only <text>'),
    })
    const wrong = await benchHere('--fast')
    expect(wrong.code).toBe(2)
    expect(wrong.terminal.complained.join()).toContain('Usage: redis-hitless bench')
    const unknown = await benchHere('--client', 'jedis')
    expect(unknown.code).toBe(2)
    expect(unknown.terminal.complained.join()).toContain('--client must be one of @redis/client, ioredis')
  })
})

describe('the server of the benchmark', () => {
  it('is the built-in store in a process of its own where there is no redis-server', async () => {
    vi.stubEnv('PATH', '')
    const server = await startBenchServer(programs.path('cli/bench/store-main'))
    expect(server.name).toContain('built-in store')
    const wanted = (name: string): boolean => name.includes('at a time')
    expect(
      await benchHotPath({ url: server.url, comparisons: NODE_REDIS_COMPARISONS, wanted, pairs: 1, commands: 100 }),
    ).toHaveLength(1)
    await server.stop()
  })
})
