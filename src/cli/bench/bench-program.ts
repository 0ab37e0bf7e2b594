import { type Finding, runProgram } from '../program/frame.js'
import type { Terminal } from '../program/terminal.js'
import { BENCH_USAGE, type BenchArgs, parseBenchArgs } from './bench-args.js'
import { type BenchServer, startBenchServer } from './bench-server.js'
import { type Environment, printEnvironment, readEnvironment } from './environment.js'
import { benchGrowth, GROWTH_NAMES, type GrowthOptions } from './growth/growth.js'
import { benchHandoff, HANDOFF_NAMES, type HandoffBenchOptions } from './handoff.js'
import { benchHotPath, HOT_PATH_NAMES, type HotPathOptions } from './hot-path.js'
import { benchPool, POOL_NAMES, type PoolBenchOptions } from './pool-throughput.js'
import type { BenchRow } from './row.js'
import { printRows } from './table.js'
import { benchWeight, type WeightOptions } from './weight/bench-weight.js'
import { SERVED_WEIGHT_NAMES, WEIGHT_NAMES } from './weight/weight-rows.js'
import { benchWire, type WireBenchOptions, type WireRow } from './wire/wire.js'
import { createWireWorkloads } from './wire/wire-workloads.js'

/** What the benchmark works with. */
export interface BenchParts {
  readonly terminal: Terminal
  /** Ends the hand-offs early. */
  readonly signal: AbortSignal
  /** The compiled program of a player of the demo. */
  readonly playerProgram: string
  /** The compiled program that serves the built-in store. */
  readonly storeProgram: string
  /** The compiled program with one pool in it. */
  readonly growthProgram: string
  /** The compiled program that imports a module. */
  readonly importProgram: string
  /** The compiled program full of clients. */
  readonly clientsProgram: string
  /** What makes our clients: the URL of a module. */
  readonly clientModule: string
  /** How much is measured. Default as much as gives steady figures. */
  readonly effort?: {
    readonly wire?: WireBenchOptions
    readonly hotPath?: Pick<HotPathOptions, 'pairs' | 'commands'>
    readonly pool?: Pick<PoolBenchOptions, 'pairs' | 'commands'>
    readonly growth?: Pick<GrowthOptions, 'runs' | 'sizes'>
    readonly handoff?: Pick<HandoffBenchOptions, 'runs' | 'speed'>
    readonly weight?: Pick<WeightOptions, 'imports' | 'runs' | 'clients' | 'idleMs'>
  }
}

type Wanted = (name: string) => boolean

/** Runs the benchmark. Resolves with the exit code; never rejects. */
export function runBench(argv: readonly string[], parts: BenchParts): Promise<number> {
  const run = (args: BenchArgs): Promise<Finding> => measure(args, parts)
  return runProgram({ usage: BENCH_USAGE, parse: parseBenchArgs, run }, argv, parts.terminal)
}

async function measure({ only, json, check }: BenchArgs, parts: BenchParts): Promise<Finding> {
  const wanted: Wanted = name => name.toLowerCase().includes(only.toLowerCase())
  const hot = [...HOT_PATH_NAMES, ...POOL_NAMES, ...SERVED_WEIGHT_NAMES].some(wanted)
  const server = hot ? await startBenchServer(parts.storeProgram) : undefined
  try {
    const environment = readEnvironment(server?.name ?? null)
    // Known before the figures are, which take minutes.
    if (!json) parts.terminal.print(`${printEnvironment(environment)}\n`)
    const rows = await measureAll(wanted, server, parts)
    return toFinding({ environment, rows }, check)
  } finally {
    await server?.stop()
  }
}

interface Measured {
  readonly environment: Environment
  readonly rows: readonly BenchRow[]
}

function toFinding({ environment, rows }: Measured, check: boolean): Finding {
  const missed = rows.filter(({ pass }) => !pass).map(({ name }) => name)
  const verdict = missed.length === 0 ? '\nEvery target is reached' : `\n${missed.length} targets are missed`
  return {
    ok: !check || missed.length === 0,
    report: { environment, rows, missed },
    lines: [...printRows(rows), verdict],
  }
}

async function measureAll(wanted: Wanted, server: BenchServer | undefined, parts: BenchParts): Promise<BenchRow[]> {
  const { hotPath, pool, growth, handoff, weight, wire } = parts.effort ?? {}
  const rows: BenchRow[] = []
  if (server !== undefined) {
    rows.push(...(await benchHotPath({ ...hotPath, url: server.url, wanted })))
    if (POOL_NAMES.some(wanted)) rows.push(...(await benchPool({ ...pool, url: server.url })))
  }
  if (GROWTH_NAMES.some(wanted)) rows.push(...(await benchGrowth({ ...growth, ...parts })))
  if (HANDOFF_NAMES.some(wanted)) rows.push(...(await benchHandoff({ ...handoff, ...parts })))
  if (WEIGHT_NAMES.some(wanted)) rows.push(...(await benchWeight({ ...weight, ...parts, url: server?.url, wanted })))
  if (wireNames().some(wanted)) rows.push(...benchWire(wire).map(toRow))
  return rows.filter(({ name }) => wanted(name))
}

/** The rows of the wire layer, without measuring them. */
function wireNames(): readonly string[] {
  return createWireWorkloads(1).flatMap(({ name }) => [`wire tap: ${name}`, `wire decoder: ${name}`])
}

function toRow({ name, unit, ours, theirs, ratio, target, pass }: WireRow): BenchRow {
  const compared = 'ratio'
  return { name: `wire ${name}`, unit, ours, theirs, compared, spread: ratio, target: { atLeast: target }, pass }
}
