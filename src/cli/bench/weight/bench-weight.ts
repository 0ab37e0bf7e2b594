import { systemClock } from '../../../base/clock.js'
import { pause } from '../../../base/pause.js'
import type { HostName } from '../../program/host-name.js'
import type { ProcessOptions } from '../child-program.js'
import type { BenchRow } from '../row.js'
import { type ClientsProcess, importAlone, startClients } from './child.js'
import { inTurns, type Sides } from './turns.js'
import { CONNECT, IDLE, IMPORT, type Run, toRows, type WeightRow } from './weight-rows.js'

/** How weight is measured. */
export interface WeightOptions {
  /** Of the server; `undefined` where only imports are wanted. */
  readonly url: string | undefined
  /** Over which host library. */
  readonly host: HostName
  /** What makes our clients over each: the URL of a module. */
  readonly clientModules: Readonly<Record<HostName, string>>
  /** The compiled program that imports a module. */
  readonly importProgram: string
  /** The compiled program full of clients. */
  readonly clientsProgram: string
  readonly signal: AbortSignal
  /** Which rows are wanted. */
  readonly wanted: (name: string) => boolean
  /** How often each module is imported. Default 21. */
  readonly imports?: number
  /** How often each kind of client connects, and idles. Default 5 and 3. */
  readonly runs?: readonly [connecting: number, idling: number]
  /** How many clients are in a process. Default 300. */
  readonly clients?: number
  /**
   * How long clients are left alone, and how long they are watched then, in milliseconds. Default 40,000 and 40,000. V8
   * collects twice more in the first 30 s or so after the heap was weighed, which has nothing to do with idle clients; and
   * between two health checks there are up to 33 s.
   */
  readonly idleMs?: readonly [alone: number, watched: number]
}

/**
 * Measures what our clients weigh against plain ones as they come: to import, to connect, to keep. Each sample is a process
 * of its own with one kind of client in it.
 *
 * @throws Error when a process ends before it has told its figures.
 */
export async function benchWeight(options: WeightOptions): Promise<readonly BenchRow[]> {
  const { url, wanted, runs: [connecting, idling] = [5, 3] } = options
  const rows: BenchRow[] = []
  const anyOf = (group: readonly WeightRow[]): boolean => group.some(({ name }) => wanted(name))
  if (anyOf(IMPORT)) rows.push(...toRows(IMPORT, await weighImports(options)))
  if (url !== undefined && anyOf(CONNECT))
    rows.push(...toRows(CONNECT, await weighConnecting(connecting, url, options)))
  if (url !== undefined && anyOf(IDLE)) rows.push(...toRows(IDLE, await weighIdling(idling, url, options)))
  return rows
}

function weighImports({ importProgram, signal, imports = 21, ...options }: WeightOptions): Promise<readonly Run[]> {
  return inTurns(imports, modulesOf(options), async module => {
    const { wall, cpu } = await importAlone(module, { program: importProgram, signal })
    return [wall, cpu]
  })
}

function weighConnecting(runs: number, url: string, options: WeightOptions): Promise<readonly Run[]> {
  const { host, clients = 300 } = options
  return inTurns(runs, modulesOf(options), async module => {
    const child = await startClients({ host, module, url, atOnce: clients, oneByOne: clients }, processOf(options))
    await child.stop()
    const { atOnce, oneByOne, bytes } = child.cost
    return [atOnce.wall, atOnce.cpu, oneByOne.wall, oneByOne.cpu, bytes].map(figure => figure / clients)
  })
}

/** Idle processes do not get in each other's way: all are watched at the same time. */
async function weighIdling(runs: number, url: string, options: WeightOptions): Promise<readonly Run[]> {
  const { host, clients = 300, idleMs: [aloneMs, watchedMs] = [40_000, 40_000] } = options
  const started: ClientsProcess[] = []
  const start = async (module: string): Promise<ClientsProcess> => {
    const child = await startClients({ host, module, url, atOnce: clients, oneByOne: 0 }, processOf(options))
    started.push(child)
    return child
  }
  const usedBy = async (child: ClientsProcess): Promise<readonly number[]> => {
    const { wall, cpu } = await child.lap()
    return [((cpu / wall) * 1_000_000) / clients]
  }
  try {
    const pairs = await inTurns(runs, modulesOf(options), start)
    await pause(systemClock, aloneMs, true)
    for (const child of started) await child.lap()
    await pause(systemClock, watchedMs, true)
    return await Promise.all(pairs.map(async ([ours, theirs]) => [await usedBy(ours), await usedBy(theirs)] as const))
  } finally {
    for (const child of started) await child.stop()
  }
}

function modulesOf({ host, clientModules }: Pick<WeightOptions, 'host' | 'clientModules'>): Sides<string> {
  return [clientModules[host], host]
}

function processOf({ clientsProgram: program, signal }: WeightOptions): ProcessOptions {
  return { program, signal }
}
