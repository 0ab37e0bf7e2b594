import { type Finding, runProgram } from '../program/frame.js'
import type { HostName } from '../program/host-name.js'
import { hostVersion } from '../program/host-version.js'
import type { Terminal } from '../program/terminal.js'
import { BENCH_USAGE, type BenchArgs, parseBenchArgs } from './bench-args.js'
import { type BenchServer, startBenchServer } from './bench-server.js'
import { type Environment, printEnvironment, readEnvironment } from './environment.js'
import { benchGrowth, GROWTH_NAMES, type GrowthOptions } from './growth/growth.js'
import { benchHandoff, HANDOFF_NAMES, type HandoffBenchOptions } from './handoff.js'
import { benchHotPath, type Comparison, type HotPathOptions, namesOf } from './hot-path.js'
import { benchNode, NODE_NAMES, type NodeBenchOptions } from './node/bench-node.js'
import { NODE_REDIS_COMPARISONS } from './node-redis-hot-path.js'
import { OBSERVED_COMPARISONS } from './observed-hot-path.js'
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
  /** The compiled program with a node of the simulator, and a bare relay. */
  readonly nodeProgram: string
  /** What makes our clients over each host library: the URL of a module. */
  readonly clientModules: Readonly<Record<HostName, string>>
  /** How much is measured. Default as much as gives steady figures. */
  readonly effort?: {
    readonly wire?: WireBenchOptions
    readonly hotPath?: Pick<HotPathOptions, 'pairs' | 'commands'>
    readonly pool?: Pick<PoolBenchOptions, 'pairs' | 'commands'>
    readonly growth?: Pick<GrowthOptions, 'runs' | 'sizes'>
    readonly handoff?: Pick<HandoffBenchOptions, 'runs' | 'speed'>
    readonly node?: Pick<NodeBenchOptions, 'pairs' | 'commands' | 'audience' | 'pushes'>
    readonly weight?: Pick<WeightOptions, 'imports' | 'runs' | 'clients' | 'idleMs'>
  }
}

/** What is compared on the hot path. A host library is only loaded where it is wanted. */
const COMPARISONS: Readonly<Record<HostName, () => readonly Comparison[] | Promise<readonly Comparison[]>>> = {
  '@redis/client': () => NODE_REDIS_COMPARISONS,
  ioredis: async () => (await import('./ioredis-hot-path.js')).IOREDIS_COMPARISONS,
}

type Wanted = (name: string) => boolean

/** Runs the benchmark. Resolves with the exit code; never rejects. */
export function runBench(argv: readonly string[], parts: BenchParts): Promise<number> {
  const run = (args: BenchArgs): Promise<Finding> => measure(args, parts)
  return runProgram({ usage: BENCH_USAGE, parse: parseBenchArgs, run }, argv, parts.terminal)
}

async function measure({ client, only, json, check }: BenchArgs, parts: BenchParts): Promise<Finding> {
  const wanted: Wanted = name => name.toLowerCase().includes(only.toLowerCase())
  hostVersion(client)
  const comparisons = await COMPARISONS[client]()
  const served = [
    ...namesOf(comparisons),
    ...(client === 'ioredis' ? [] : [...POOL_NAMES, ...NODE_NAMES, ...namesOf(OBSERVED_COMPARISONS)]),
    ...SERVED_WEIGHT_NAMES,
  ]
  const server = served.some(wanted) ? await startBenchServer(parts.storeProgram) : undefined
  try {
    const environment = readEnvironment(server?.name ?? null, client)
    // Known before the figures are, which take minutes.
    if (!json) parts.terminal.print(`${printEnvironment(environment)}\n`)
    const rows = await measureAll({ wanted, server, comparisons, host: client }, parts)
    if (rows.length === 0) throw new RangeError(`No row has ${JSON.stringify(only)} in its name`)
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

interface Measuring {
  readonly wanted: Wanted
  readonly server: BenchServer | undefined
  readonly comparisons: readonly Comparison[]
  readonly host: HostName
}

async function measureAll(measuring: Measuring, parts: BenchParts): Promise<BenchRow[]> {
  const { wanted, server, host } = measuring
  const { hotPath, growth, handoff, weight, wire } = parts.effort ?? {}
  // Only one of the libraries has pools, and a decoder in the form in which ours is fed.
  const isWhole = host === '@redis/client'
  const rows = server === undefined ? [] : await measureServed(measuring, parts, server.url)
  if (isWhole && GROWTH_NAMES.some(wanted)) rows.push(...(await benchGrowth({ ...growth, ...parts })))
  if (HANDOFF_NAMES.some(wanted)) rows.push(...(await benchHandoff({ ...handoff, ...parts, host })))
  if (WEIGHT_NAMES.some(wanted))
    rows.push(...(await benchWeight({ ...weight, ...parts, host, url: server?.url, wanted })))
  if (isWhole && wireNames().some(wanted)) rows.push(...benchWire(wire).map(toRow))
  // The last ones: what is switched on for them stays on.
  if (isWhole && server !== undefined)
    rows.push(...(await benchHotPath({ ...hotPath, url: server.url, comparisons: OBSERVED_COMPARISONS, wanted })))
  return rows.filter(({ name }) => wanted(name))
}

/** What takes a server from beginning to end. */
async function measureServed(measuring: Measuring, parts: BenchParts, url: string): Promise<BenchRow[]> {
  const { wanted, comparisons, host } = measuring
  const { hotPath, pool, node } = parts.effort ?? {}
  const rows = [...(await benchHotPath({ ...hotPath, url, comparisons, wanted }))]
  if (host !== '@redis/client') return rows
  if (POOL_NAMES.some(wanted)) rows.push(...(await benchPool({ ...pool, url })))
  if (NODE_NAMES.some(wanted)) rows.push(...(await benchNode({ ...node, ...parts, url })))
  return rows
}

/** The rows of the wire layer, without measuring them. */
function wireNames(): readonly string[] {
  return createWireWorkloads(1).flatMap(({ name }) => [`wire tap: ${name}`, `wire decoder: ${name}`])
}

function toRow({ name, unit, ours, theirs, ratio, target, pass }: WireRow): BenchRow {
  const compared = 'ratio'
  return { name: `wire ${name}`, unit, ours, theirs, compared, spread: ratio, target: { atLeast: target }, pass }
}
