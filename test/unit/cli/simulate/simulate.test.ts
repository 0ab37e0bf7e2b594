import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Arrivals } from '../../../../src/cli/simulate/arrivals.js'
import { playFleet } from '../../../../src/cli/simulate/fleet.js'
import { parseFleetArgs } from '../../../../src/cli/simulate/fleet-args.js'
import { runSimulate } from '../../../../src/cli/simulate/fleet-program.js'

const SVG = join(tmpdir(), `fleet-${process.pid}.svg`)
/** How long 100,000 connections may take on a busy machine, in milliseconds. */
const LARGE_FLEET_LIMIT_MS = 120_000

const SMALL = { processes: 500, connections: 10, graceMs: 15_000, handshakeMs: 50, seed: 1 }

afterAll(() => rm(SVG, { force: true }))

async function run(...argv: readonly string[]): Promise<{ code: number; printed: string; complained: string }> {
  const printed: string[] = []
  const complained: string[] = []
  const code = await runSimulate(argv, {
    print: line => void printed.push(line),
    complain: line => void complained.push(line),
  })
  return { code, printed: printed.join('\n'), complained: complained.join('\n') }
}

describe('the arguments of the fleet simulation', () => {
  it('have defaults', () => {
    const svg = 'fleet.svg'
    const plan = { ...SMALL, processes: 10_000 }
    expect(parseFleetArgs(['fleet'])).toEqual({ ...plan, svg, json: false, help: false })
  })

  it('are taken as they are', () => {
    const argv = 'fleet --processes 5 --connections=2 --grace-ms 900 --handshake-ms 7 --seed 9 --svg a.svg --json'
    expect(parseFleetArgs(argv.split(' '))).toEqual({
      ...{ processes: 5, connections: 2, graceMs: 900, handshakeMs: 7, seed: 9 },
      ...{ svg: 'a.svg', json: true, help: false },
    })
  })

  it.each([
    [[], /must be named: fleet/],
    [['fleets'], /must be named: fleet/],
    [['fleet', '--processes', '0'], /--processes must be a whole number from 1/],
    [['fleet', '--processes', '1e3'], /--processes must be a whole number/],
    [['fleet', '--connections', '20000'], /--connections must be a whole number/],
    [['fleet', '--connections', '1000'], /times --connections must be at most/],
    [['fleet', '--grace-ms', '-1'], /grace-ms/],
    [['fleet', '--unknown'], /--unknown/],
  ])('%j are refused with the reason', (argv, reason) => {
    expect(() => parseFleetArgs(argv)).toThrow(reason)
  })
})

describe('a fleet that is told to move at once', () => {
  it('without pacing arrives at once, as fast as its workers allow', async () => {
    const { arrivals, late, peakDials, lastAt } = await playFleet({ ...SMALL, paced: false })
    expect({ arrivals, late, peakDials, lastAt }).toEqual({ arrivals: [5_000], late: 0, peakDials: 5, lastAt: 50 })
  })

  it('with pacing arrives evenly over the first half of the grace, and none is late', async () => {
    const { total, late, peakToMean, firstAt, lastAt, refusals } = await playFleet({ ...SMALL, paced: true })
    expect({ total, late, refusals }).toEqual({ total: 5_000, late: 0, refusals: 0 })
    expect(peakToMean).toBeLessThanOrEqual(1.5)
    expect([firstAt < 100, lastAt > 6_400, lastAt < 6_600]).toEqual([true, true, true])
  })

  it(
    'of 10,000 processes with 10 connections each arrives just as evenly',
    async () => {
      const { total, late, peakToMean } = await playFleet({ ...SMALL, processes: 10_000, paced: true })
      expect({ total, late }).toEqual({ total: 100_000, late: 0 })
      expect(peakToMean).toBeLessThanOrEqual(1.5)
    },
    LARGE_FLEET_LIMIT_MS,
  )

  it('moves alike for the same seed, and otherwise for another', async () => {
    const plan = { ...SMALL, processes: 50, paced: true }
    const [first, again, other] = await Promise.all([playFleet(plan), playFleet(plan), playFleet({ ...plan, seed: 2 })])
    expect(again).toEqual(first)
    expect(other.arrivals).not.toEqual(first.arrivals)
  })

  it('counts as late what was ready after the grace, and what was never let through', async () => {
    const plan = { processes: 1, connections: 2, graceMs: 120, handshakeMs: 100, seed: 1, paced: false }
    // One worker: the second connection begins when the first is ready.
    expect(await playFleet(plan)).toMatchObject({ total: 2, late: 1 })
    expect(await playFleet({ ...plan, connections: 500 })).toMatchObject({ total: 100, late: 450, peakDials: 166 })
  })
})

describe('the fleet simulation as a program', () => {
  it('prints arrivals and figures, draws them, and says where', async () => {
    const { code, printed } = await run('fleet', '--processes', '500', '--svg', SVG)
    expect(code).toBe(0)
    expect(printed).toContain('500 processes × 10 connections, told to move at 0 s within 15 s')
    expect(printed).toMatch(/0 s {2}5,000( {3}·){9}/)
    expect(printed).toMatch(/missed the grace +0\.00 % +0\.00 %/)
    expect(printed).toContain(`picture: ${SVG}`)
    const svg = await readFile(SVG, 'utf8')
    expect(svg).toMatch(/^<svg [\s\S]*without pacing: peak 5,000[\s\S]*with pacing: peak [\s\S]*<\/svg>\n$/)
    expect(svg.match(/<title>[\d.]+ s: /g)).toHaveLength(1 + 65)
  })

  it('prints one JSON object', async () => {
    const { code, printed } = await run('fleet', '--processes', '300', '--svg', SVG, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(printed)).toMatchObject({
      ...{ ok: true, faults: [], processes: 300, connections: 10, graceMs: 15_000, seed: 1, svg: SVG },
      unpaced: { total: 3_000, peak: 3_000, late: 0 },
      paced: { total: 3_000, late: 0 },
    })
  })

  it('fails where connections miss the grace, or a peak stands out', async () => {
    const late = await run('fleet', '--processes', '1', '--grace-ms', '40', '--svg', SVG)
    expect(late.code).toBe(1)
    expect(late.printed).toContain('10 connections missed the grace')
    // Too few to spread evenly.
    const uneven = await run('fleet', '--processes', '3', '--svg', SVG)
    expect(uneven.code).toBe(1)
    expect(uneven.printed).toMatch(/the peak is [\d.]+ times the mean, and may be 1\.5 times/)
  })

  it('says how it is called when asked, and when called otherwise', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, printed: expect.stringContaining('Usage: ') })
    const wrong = await run('flea')
    expect(wrong).toMatchObject({ code: 2, printed: '', complained: expect.stringContaining('Usage: ') })
  })

  it('complains when the picture cannot be written', async () => {
    await writeFile(SVG, '')
    const { code, complained } = await run('fleet', '--processes', '1', '--svg', join(SVG, 'x.svg'))
    expect([code, complained]).toEqual([1, expect.stringContaining('ENOTDIR')])
  })
})

describe('counted arrivals', () => {
  it('have a mean over the window from the first to the last', () => {
    const arrivals = new Arrivals(1_000)
    for (const at of [250, 299, 300, 450]) arrivals.arrive(at)
    for (const at of [999, 1_000, 1_001]) arrivals.finish(at)
    expect(arrivals.counts).toEqual([0, 0, 2, 1, 1])
    expect([arrivals.ready, arrivals.late]).toEqual([3, 1])
    expect(arrivals.figures()).toEqual({
      ...{ total: 4, firstAt: 250, lastAt: 450 },
      ...{ peak: 2, mean: 4 / 3, peakToMean: 1.5 },
    })
  })

  it('are none when none arrived', () => {
    const none = { total: 0, firstAt: 0, lastAt: 0, peak: 0, mean: 0, peakToMean: 0 }
    expect(new Arrivals(1_000).figures()).toEqual(none)
  })
})
