import { describe, expect, it } from 'vitest'
import { parseBenchArgs } from '../../../../src/cli/bench/bench-args.js'
import { printEnvironment, readEnvironment } from '../../../../src/cli/bench/environment.js'
import { type Stalls, toRows, toStalls } from '../../../../src/cli/bench/handoff.js'
import { type Cost, measureRounds } from '../../../../src/cli/bench/rounds.js'
import { type BenchRow, reaches } from '../../../../src/cli/bench/row.js'
import { spreadOf } from '../../../../src/cli/bench/spread.js'
import { printRows } from '../../../../src/cli/bench/table.js'
import { toScore } from '../../../../src/cli/rehearsal/score.js'

describe('the arguments of the benchmark', () => {
  it('have defaults', () => {
    expect(parseBenchArgs([])).toEqual({ client: '@redis/client', only: '', check: false, json: false, help: false })
  })

  it('are taken as they are', () => {
    const args = parseBenchArgs(['--client', 'ioredis', '--only', 'hot path', '--check', '--json', '--help'])
    expect(args).toEqual({ client: 'ioredis', only: 'hot path', check: true, json: true, help: true })
  })

  it.each([[['--fast']], [['extra']], [['--only']]])('%j are refused', argv => {
    expect(() => parseBenchArgs(argv)).toThrow(TypeError)
  })
})

describe('figures', () => {
  it.each([
    [[3, 1, 2], { median: 2, min: 1, max: 3 }],
    [[4, 1, 2, 3], { median: 2.5, min: 1, max: 4 }],
    [[5], { median: 5, min: 5, max: 5 }],
    [[], { median: 0, min: 0, max: 0 }],
  ])('of %j spread as %j', (figures, spread) => {
    expect(spreadOf(figures)).toEqual(spread)
  })

  it('reach a target from their side, and always where there is none', () => {
    expect([reaches(0.97, { atLeast: 0.97 }), reaches(0.969, { atLeast: 0.97 })]).toEqual([true, false])
    expect([reaches(20, { atMost: 20 }), reaches(20.1, { atMost: 20 })]).toEqual([true, false])
    expect(reaches(0, null)).toBe(true)
  })
})

describe('rounds', () => {
  function costing(name: string, costs: readonly number[], done: string[]): () => Promise<Cost<'wall' | 'cpu'>> {
    const left = [...costs]
    return () => {
      done.push(name)
      const wallMs = left.shift() ?? 0
      return Promise.resolve({ wall: wallMs, cpu: wallMs / 2 })
    }
  }

  it('are done in turns that favour no side, after a warm-up that does not count', async () => {
    const done: string[] = []
    const ours = costing('ours', [100, 10, 10, 20], done)
    const theirs = costing('theirs', [1, 20, 5, 20], done)
    const { wall, cpu } = await measureRounds({ ours, theirs, pairs: 3, warmUps: 1 })
    expect(done).toEqual(['ours', 'theirs', 'ours', 'theirs', 'theirs', 'ours', 'ours', 'theirs'])
    expect(wall).toEqual({ oursMs: 10, theirsMs: 20, ratio: { median: 1, min: 0.5, max: 2 } })
    expect(cpu).toEqual({ oursMs: 5, theirsMs: 10, ratio: { median: 1, min: 0.5, max: 2 } })
  })
})

describe('the rows of hand-offs', () => {
  const before = { longestMs: 5, controlMs: 4 }
  const quiet: Stalls = { before, during: { longestMs: 8, controlMs: 6 }, pausedMs: [0.4] }
  const plain: Stalls = { before, during: { longestMs: 1_000, controlMs: 6 }, pausedMs: [] }

  it('are read off the steps before and during the move', () => {
    const score = toScore({
      client: 'redis-hitless',
      end: { how: 'hung' },
      last: undefined,
      connections: 1,
      astray: [],
    })
    const counts = { answered: 1, failed: 0, cut: 0, unanswered: 0, p99Ms: 1 }
    const stepOf = (step: string, stall: Stalls['before']) => ({ step, ...counts, ...stall })
    const steps = [stepOf('connecting', { longestMs: 99, controlMs: 99 }), stepOf('steady', before)]
    const handoffFigures = [{ durationMs: 1_000, pausedMs: 0.4, attempts: 1 }]
    const finished = { ...score, ended: 'finished', failed: 0, handoffFigures } as const
    const moved = [...steps, stepOf('moving-slow', quiet.during)]
    expect(toStalls({ ...finished, steps: moved })).toMatchObject(quiet)
    expect(toStalls({ ...finished, steps })).toMatchObject({ before, during: { longestMs: 0, controlMs: 0 } })
  })

  it('are not made of a run that went wrong', () => {
    const hung = toScore({ client: '@redis/client', end: { how: 'hung' }, last: undefined, connections: 1, astray: [] })
    expect(() => toStalls(hung)).toThrow('@redis/client could not be measured: hung')
    expect(() => toStalls({ ...hung, ended: 'died', reason: 'killed' })).toThrow('could not be measured: killed')
    expect(() => toStalls({ ...hung, ended: 'finished', failed: 3 })).toThrow('3 commands failed')
  })

  it('compare the stall with the one before the move', () => {
    const [excess, control, against, held] = toRows([quiet, quiet, quiet], [plain, plain, plain])
    expect(excess).toMatchObject({ ours: 8, theirs: 5, spread: { median: 2 }, target: { atMost: 20 }, pass: true })
    expect(control).toMatchObject({ ours: 6, theirs: 4, spread: { median: 2 }, target: null })
    expect(against).toMatchObject({ ours: 8, theirs: 1_000, compared: 'ratio', spread: { median: 125 } })
    expect(held).toMatchObject({ ours: 0.4, theirs: null, target: null })
  })

  it('do not blame the move for a machine that stood still on every connection', () => {
    const stalled = { ...quiet, during: { longestMs: 300, controlMs: 295 } }
    expect(toRows([stalled], [plain])[0]).toMatchObject({ spread: { median: 5 }, pass: true })
  })

  it('miss the target where the move alone made commands wait', () => {
    const slow = { ...quiet, during: { longestMs: 300, controlMs: 6 } }
    expect(toRows([slow], [plain])[0]).toMatchObject({ spread: { median: 294 }, pass: false })
  })
})

describe('the table', () => {
  const ROW: BenchRow = {
    name: 'hot path',
    unit: 'commands/s',
    ours: 98_765.4,
    theirs: 100_000,
    compared: 'ratio',
    spread: { median: 0.98, min: 0.9, max: 1.1 },
    target: { atLeast: 0.97 },
    pass: true,
  }

  it('shows what was measured, how it compares, and whether that is enough', () => {
    expect(printRows([ROW])[1]?.split(/ {2,}/)).toEqual([
      'hot path',
      '98,765',
      '100,000',
      'commands/s',
      '× 0.98',
      '× 0.90',
      '× 1.10',
      '≥ 0.97',
      'pass',
    ])
  })

  it('says that a target is missed, and leaves out what does not exist', () => {
    const row: BenchRow = {
      ...ROW,
      unit: 'ms',
      theirs: null,
      compared: 'difference',
      target: { atMost: 0.5 },
      pass: false,
    }
    expect(printRows([row])[1]?.split(/ {2,}/).slice(2)).toEqual([
      'ms',
      '1.0 ms',
      '0.9 ms',
      '1.1 ms',
      '≤ 0.5',
      'MISSED',
    ])
    expect(printRows([{ ...row, target: null, pass: true }])[1]).toMatch(/1\.1 ms$/)
  })

  it('lines its columns up', () => {
    const lines = printRows([ROW, { ...ROW, name: 'a much longer name', ours: 1 }])
    const positions = lines.slice(1).map(line => line.indexOf('× 0.98'))
    expect(new Set(positions).size).toBe(1)
  })
})

it('the environment names what the figures depend on', () => {
  const environment = readEnvironment('redis-server', '@redis/client')
  expect(environment).toMatchObject({ node: process.versions.node, backend: 'redis-server' })
  expect(environment.host).toMatch(/^\d+\.\d+\.\d+/)
  expect(printEnvironment(environment)).toContain(`@redis/client ${environment.host}, redis-server`)
  expect(printEnvironment(readEnvironment(null, 'ioredis'))).toMatch(/ioredis 6\.\S+$/)
})
