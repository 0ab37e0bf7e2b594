import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Finding, type Output, runProgram } from '../program/frame.js'
import { playFleet } from './fleet.js'
import { type FleetArgs, parseFleetArgs, SIMULATE_USAGE } from './fleet-args.js'
import { drawFleet } from './picture.js'
import { type FleetResult, faultsOf, printFleet } from './report.js'

/** Runs a simulation. Resolves with the exit code; never rejects. */
export function runSimulate(argv: readonly string[], output: Output): Promise<number> {
  return runProgram({ usage: SIMULATE_USAGE, parse: parseFleetArgs, run: simulateFleet }, argv, output)
}

async function simulateFleet(args: FleetArgs): Promise<Finding> {
  const unpaced = await playFleet({ ...args, paced: false })
  const paced = await playFleet({ ...args, paced: true })
  const result: FleetResult = { unpaced, paced }
  const svg = resolve(args.svg)
  await writeFile(svg, drawFleet(args, result))
  const faults = faultsOf(result)
  const verdict = faults.length === 0 ? ['with pacing none is late, and no peak stands out'] : faults
  return {
    ok: faults.length === 0,
    report: toReport(args, { ...result, svg, faults }),
    lines: [...printFleet(args, result), '', `picture: ${svg}`, ...verdict],
  }
}

function toReport(args: FleetArgs, outcome: FleetResult & { svg: string; faults: readonly string[] }): object {
  const { processes, connections, graceMs, handshakeMs, seed } = args
  const { faults, svg, unpaced, paced } = outcome
  return { ok: faults.length === 0, faults, processes, connections, graceMs, handshakeMs, seed, svg, unpaced, paced }
}
