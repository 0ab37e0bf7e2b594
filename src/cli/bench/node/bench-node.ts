import { nextMessage, type ProcessOptions, startProgram, stopProgram } from '../child-program.js'
import { type Cost, costOf, measureRounds } from '../rounds.js'
import { type BenchRow, reaches, type Target } from '../row.js'
import { spreadOf } from '../spread.js'
import { gather } from './audience.js'
import type { NodePlaces, PushCost } from './node-messages.js'
import { DEPTH, Pipelines } from './pipelines.js'

/** How nodes of the simulator are measured. */
export interface NodeBenchOptions {
  readonly url: string
  /** The compiled program with a node in it. */
  readonly nodeProgram: string
  readonly signal: AbortSignal
  /** Pairs of rounds. Default 41. */
  readonly pairs?: number
  /** Commands of a round. Default 20,000. */
  readonly commands?: number
  /** How many opt in to a push. Default 1,000. */
  readonly audience?: number
  /** How many pushes are measured. Default 11. */
  readonly pushes?: number
}

/** Half as fast as what only copies bytes: a node reads every request. */
const RELAY: Target = { atLeast: 0.5 }
const WRITTEN: Target = { atMost: 50 }
const CONNECTIONS = 8
const WARM_UPS = 5

/** The names of the rows. */
export const NODE_NAMES: readonly [throughput: string, push: string] = [
  `node: throughput, ${DEPTH} commands deep, against a bare relay`,
  'node: time until a push to 1,000 is written',
]

/**
 * Measures a node in front of a server against a bare relay to the same server, and a push to many connections. The node,
 * the relay and the server are in processes of their own.
 *
 * @throws Error when the process of the node ends early.
 */
export async function benchNode(options: NodeBenchOptions): Promise<readonly BenchRow[]> {
  const process: ProcessOptions = { program: options.nodeProgram, signal: options.signal }
  const child = startProgram(new URL(options.url).port, process)
  try {
    // Both ends of the channel are this package, here and below.
    const places = (await nextMessage(child)) as NodePlaces
    const push = async (): Promise<PushCost> => {
      child.send('push')
      return (await nextMessage(child)) as PushCost
    }
    return [await measureThroughput(places, options), await measurePush(places, push, options)]
  } finally {
    await stopProgram(child)
  }
}

async function measureThroughput(
  { nodePort, relayPort }: NodePlaces,
  { pairs = 41, commands = 20_000 }: NodeBenchOptions,
): Promise<BenchRow> {
  const [ours, theirs] = [await Pipelines.open(nodePort, CONNECTIONS), await Pipelines.open(relayPort, CONNECTIONS)]
  try {
    const timed = (side: Pipelines) => (): Promise<Cost<'wall' | 'cpu'>> => costOf(() => side.round(commands))
    const { wall } = await measureRounds({ ours: timed(ours), theirs: timed(theirs), pairs, warmUps: WARM_UPS })
    return {
      name: NODE_NAMES[0],
      unit: 'commands/s',
      ours: (commands / wall.oursMs) * 1_000,
      theirs: (commands / wall.theirsMs) * 1_000,
      compared: 'ratio',
      spread: wall.ratio,
      target: RELAY,
      pass: reaches(wall.ratio.median, RELAY),
    }
  } finally {
    ours.destroy()
    theirs.destroy()
  }
}

async function measurePush(
  { nodePort }: NodePlaces,
  push: () => Promise<PushCost>,
  { audience = 1_000, pushes = 11 }: NodeBenchOptions,
): Promise<BenchRow> {
  const gathered = await gather(nodePort, audience)
  try {
    const costs: PushCost[] = []
    for (let index = 0; index < pushes; index += 1) costs.push(await push())
    const missed = costs.find(({ told }) => told !== audience)
    if (missed !== undefined) throw new Error(`A push was written to ${missed.told} of ${audience} connections`)
    const spread = spreadOf(costs.map(({ ms }) => ms))
    return {
      name: NODE_NAMES[1],
      unit: 'ms',
      ours: spread.median,
      theirs: null,
      compared: 'difference',
      spread,
      target: WRITTEN,
      pass: reaches(spread.median, WRITTEN),
    }
  } finally {
    gathered.destroy()
  }
}
