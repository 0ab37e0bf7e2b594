import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { type ChaosArgs, parseChaosArgs } from '../../../../src/cli/chaos/chaos-args.js'
import { drawScript } from '../../../../src/cli/chaos/chaos-script.js'
import { FAULTS } from '../../../../src/cli/chaos/faults.js'
import { toVerdict } from '../../../../src/cli/chaos/verdict.js'
import type { PlayerResult } from '../../../../src/cli/player/player-messages.js'
import { createStage } from '../../../../src/cli/rehearsal/rehearsal-stage.js'
import { toScore } from '../../../../src/cli/rehearsal/score.js'

const ALL = Object.keys(FAULTS)

describe('the script of chaos', () => {
  const shape = (seed: number, only: readonly string[] = ALL) =>
    drawScript({ seed, only, forMs: 600_000 }).map(({ id, lastsMs, resets }) => ({ id, lastsMs, resets }))

  it('is the same for the same seed, and another one for another', () => {
    expect(shape(7)).toEqual(shape(7))
    expect(shape(7)).not.toEqual(shape(8))
  })

  it('draws every fault sooner or later, for about as long as asked, between two times of peace', () => {
    const drawn = shape(1)
    const names = drawn.slice(1, -1).map(({ id }) => id.replace(/^\d+:/, ''))
    expect([...new Set(names)].sort()).toEqual([...ALL].sort())
    expect([drawn[0]?.id, drawn.at(-1)?.id]).toEqual(['steady', 'calm'])
    expect(drawn.slice(1, -2).reduce((sum, { lastsMs }) => sum + lastsMs, 0)).toBeLessThan(600_000)
  })

  it('draws only from the faults that were named', () => {
    const ids = shape(1, ['reset', 'close']).slice(1, -1)
    expect(ids.every(({ id, resets }) => /:(reset|close)$/.test(id) && resets)).toBe(true)
  })
})

describe('nodes that speak TLS', () => {
  it('present one certificate, which another process trusts by a file until they are ended', async () => {
    const stage = await createStage('store', { tls: true })
    const { trusted = '', simulator } = stage
    const certificate = await readFile(trusted, 'utf8')
    expect(simulator.nodes.map(node => node.certificate)).toEqual(simulator.nodes.map(() => certificate))
    expect([stage.url, stage.controlUrl]).toEqual([
      expect.stringMatching(/^rediss:/),
      expect.stringMatching(/^rediss:/),
    ])
    await stage.dispose()
    expect(existsSync(trusted)).toBe(false)
  })
})

describe('the arguments of chaos', () => {
  it('draw a seed where none is given', () => {
    const { seed, ...others } = parseChaosArgs([])
    expect(Number.isInteger(seed)).toBe(true)
    expect(others).toMatchObject({ client: 'redis-hitless', backend: 'auto', seconds: 30, only: ALL, everything: true })
  })

  it.each([
    [['--client', 'jedis'], '--client must be one of redis-hitless, redis-hitless/pool'],
    [['--only', 'moving,nonsense'], '--only must be one of moving'],
    [['--seed', '1.5'], '--seed must be a whole number'],
    [['--seconds', '0'], '--seconds'],
    [['--backend', 'disk'], '--backend must be one of auto, store, spawn'],
  ])('refuse %j', (argv, complaint) => {
    expect(() => parseChaosArgs(argv)).toThrow(complaint)
  })
})

const ARGS: ChaosArgs = { ...parseChaosArgs(['--seed', '42', '--seconds', '5', '--only', 'reset,close']), json: true }
const RESULT: PlayerResult = {
  total: {
    answered: 900,
    failed: 7,
    cut: 3,
    unanswered: 0,
    waitingMs: 0,
    longestMs: 1,
    recent: { answered: 0, p99Ms: 0, longestMs: 0 },
  },
  p50Ms: 1,
  p99Ms: 2,
  steps: [],
  failures: {},
  incidents: { handoffs: 1, reconnects: 1, errors: 1, unhandled: 0 },
  handoffs: [],
  audit: { lost: 0, doubled: 0, torn: 0, keys: 10 },
  wrong: 0,
  queue: { pushed: 30, taken: 29, lost: 0, doubled: 0 },
  messages: { published: 50, heard: 40, interrupted: 10, missed: 0 },
  closed: true,
}

function judge(result: Partial<PlayerResult> = {}) {
  const end = { how: 'finished', result: { ...RESULT, ...result } } as const
  const score = toScore({ client: 'redis-hitless', end, last: undefined, connections: 5, astray: [] })
  return toVerdict({ score, backend: 'built-in store' }, ARGS, ['1:reset'])
}

describe('the verdict of chaos', () => {
  it('is good where everything is accounted for, whatever failed, and says how to repeat it', () => {
    const { ok, lines, report } = judge()
    const repeat = 'redis-hitless chaos --client redis-hitless --seconds 5 --seed 42 --only reset,close'
    expect(ok).toBe(true)
    expect(report).toMatchObject({ ok: true, problems: [], repeat, seed: 42, faults: ['1:reset'] })
    expect(lines.slice(-2)).toEqual(['redis-hitless: everything is accounted for', `repeat it with: ${repeat}`])
    expect(lines).toContain('queue: 30 items acknowledged, 29 taken, 0 lost, 0 doubled')
    expect(lines).toContain('messages: 50 published, 40 heard, 10 told to be missing, 0 missing without a word')
  })

  it.each<readonly [string, Partial<PlayerResult>]>([
    ['1 commands lost', { audit: { lost: 1, doubled: 0, torn: 0, keys: 10 } }],
    ['2 commands answered wrongly', { wrong: 2 }],
    ['3 commands never answered', { total: { ...RESULT.total, unanswered: 3 } }],
    ['4 items lost', { queue: { pushed: 30, taken: 20, lost: 4, doubled: 0 } }],
    ['5 items doubled', { queue: { pushed: 30, taken: 35, lost: 0, doubled: 5 } }],
    ['6 messages missing without a word', { messages: { published: 50, heard: 44, interrupted: 0, missed: 6 } }],
    ['no message was heard', { messages: { published: 0, heard: 0, interrupted: 0, missed: 0 } }],
    ['the queue could not be read', { queue: undefined }],
  ])('is bad with %s', (problem, result) => {
    const { ok, report, lines } = judge(result)
    expect(ok).toBe(false)
    expect(report).toMatchObject({ problems: [problem] })
    expect(lines).toContain(`redis-hitless: ${problem}`)
  })
})
