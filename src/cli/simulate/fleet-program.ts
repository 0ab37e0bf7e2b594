import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { textOf } from '../program/error-text.js'
import type { Terminal } from '../program/terminal.js'
import { playFleet } from './fleet.js'
import { type FleetArgs, parseFleetArgs, SIMULATE_USAGE } from './fleet-args.js'
import { drawFleet } from './picture.js'
import { type FleetResult, faultsOf, printFleet } from './report.js'

const EXIT_FAULTY = 1
const EXIT_USAGE = 2

/** Runs a simulation. Resolves with the exit code; never rejects. */
export async function runSimulate(
  argv: readonly string[],
  terminal: Pick<Terminal, 'print' | 'complain'>,
): Promise<number> {
  let args: FleetArgs
  try {
    args = parseFleetArgs(argv)
  } catch (error) {
    terminal.complain(`${textOf(error)}\n\n${SIMULATE_USAGE}`)
    return EXIT_USAGE
  }
  if (args.help) {
    terminal.print(SIMULATE_USAGE)
    return 0
  }
  try {
    return await simulateFleet(args, terminal)
  } catch (error) {
    terminal.complain(textOf(error))
    return EXIT_FAULTY
  }
}

async function simulateFleet(args: FleetArgs, { print }: Pick<Terminal, 'print'>): Promise<number> {
  const unpaced = await playFleet({ ...args, paced: false })
  const paced = await playFleet({ ...args, paced: true })
  const result: FleetResult = { unpaced, paced }
  const svg = resolve(args.svg)
  await writeFile(svg, drawFleet(args, result))
  const faults = faultsOf(result)
  if (args.json) print(JSON.stringify(toJson(args, { ...result, svg, faults }), null, 2))
  else {
    const verdict = faults.length === 0 ? ['with pacing none is late, and no peak stands out'] : faults
    for (const line of [...printFleet(args, result), '', `picture: ${svg}`, ...verdict]) print(line)
  }
  return faults.length === 0 ? 0 : EXIT_FAULTY
}

function toJson(args: FleetArgs, outcome: FleetResult & { svg: string; faults: readonly string[] }): object {
  const { processes, connections, graceMs, handshakeMs, seed } = args
  const { faults, svg, unpaced, paced } = outcome
  return { ok: faults.length === 0, faults, processes, connections, graceMs, handshakeMs, seed, svg, unpaced, paced }
}
