import type { NodeName, Stage } from './rehearsal-stage.js'

/** How fast the script is played. */
export interface Pace {
  /** A duration of the script, in real milliseconds. */
  ms(durationMs: number): number
  /** A grace as servers announce it: whole seconds, of which at least `leastMs` are left however fast the script is. */
  graceMs(durationMs: number, leastMs: number): number
}

/** One thing that happens to the database. */
export interface Step {
  readonly id: string
  /** What is done, in a few words. */
  readonly title: string
  /** What that means for the client. */
  readonly meaning: string
  /** How long it takes at least, in milliseconds at normal pace. */
  readonly lastsMs: number
  /** Where the client should be in the end; the step goes on until it is, within a limit. */
  readonly leadsTo?: NodeName
  /** Whether connections are cut on purpose. */
  readonly resets?: boolean
  /** Makes it happen, to the node that serves the client. */
  act(stage: Stage, pace: Pace): Promise<unknown>
}

const HANDSHAKE_MS = 1_000

/** The number of the move that is repeated. */
const REPEATED = 100

/** Nothing happens, so that there is something to compare with. */
export const STEADY: Step = {
  id: 'steady',
  title: 'Steady load on node A',
  meaning: 'nothing happens; this is how fast the server answers',
  lastsMs: 1_500,
  act: () => Promise.resolve(),
}

/** The endpoint goes away, and the next one takes a second to shake hands. */
export const MOVING_SLOW: Step = {
  id: 'moving-slow',
  title: 'MOVING to node B, which needs 1 s to shake hands',
  meaning: 'node A serves until B is ready, then the traffic moves',
  lastsMs: 2_200,
  leadsTo: 'B',
  act: ({ node, serving }, pace) => {
    node('B').delayHandshake(pace.ms(HANDSHAKE_MS))
    return serving().notify({ type: 'moving', graceMs: pace.graceMs(3_000, 1_000), endpoint: node('B') })
  },
}

/** Everything that the demo plays, in order. It begins and ends on node A. */
export const SCRIPT: readonly Step[] = [
  STEADY,
  {
    id: 'migrating',
    title: 'MIGRATING',
    meaning: 'shards are about to move: timeouts are relaxed',
    lastsMs: 1_500,
    act: ({ serving }, pace) => serving().notify({ type: 'migrating', graceMs: pace.graceMs(2_000, 1_000) }),
  },
  {
    id: 'migrated',
    title: 'MIGRATED',
    meaning: 'the shards have moved',
    lastsMs: 800,
    act: ({ serving }) => serving().notify({ type: 'migrated' }),
  },
  MOVING_SLOW,
  {
    id: 'moving-dead',
    title: 'MOVING to node C, which is down',
    meaning: 'C refuses: try again, then fall back to the configured endpoint, node A',
    lastsMs: 2_000,
    leadsTo: 'A',
    act: ({ node, serving }, pace) => {
      node('C').refuse()
      return serving().notify({ type: 'moving', graceMs: pace.graceMs(4_000, 2_000), endpoint: node('C') })
    },
  },
  {
    id: 'failing-over',
    title: 'FAILING_OVER',
    meaning: 'a replica is about to take over: timeouts are relaxed',
    lastsMs: 1_200,
    act: ({ serving }, pace) => serving().notify({ type: 'failing-over', graceMs: pace.graceMs(2_000, 1_000) }),
  },
  {
    id: 'reset',
    title: 'The server resets the connections',
    meaning: 'commands in flight are cut, everything else goes on after a reconnect',
    lastsMs: 1_200,
    resets: true,
    act: ({ serving }) => Promise.resolve(serving().reset()),
  },
  {
    id: 'failed-over',
    title: 'FAILED_OVER',
    meaning: 'the replica has taken over',
    lastsMs: 800,
    act: ({ serving }) => serving().notify({ type: 'failed-over' }),
  },
  {
    id: 'moving-repeated',
    title: 'MOVING to node B, which B repeats to new connections',
    meaning: 'one move, however often it is announced',
    lastsMs: 1_800,
    leadsTo: 'B',
    act: ({ node, serving }, pace) => {
      const to = node('B')
      const move = { type: 'moving', graceMs: pace.graceMs(3_000, 1_000), endpoint: to, sequence: REPEATED } as const
      // Under one number, as an event has the same one on every node; B, where nobody is yet, tells it to newcomers.
      return Promise.all([to.notify(move), serving().notify(move)])
    },
  },
  {
    id: 'moving-unnamed',
    title: 'MOVING without an address',
    meaning: 'the configured endpoint, node A, is dialled after half of the grace',
    lastsMs: 2_300,
    leadsTo: 'A',
    act: ({ serving }, pace) =>
      serving().notify({ type: 'moving', graceMs: pace.graceMs(4_000, 2_000), endpoint: null }),
  },
  {
    id: 'steady-again',
    title: 'Steady load again',
    meaning: 'nothing happens any more',
    lastsMs: 1_200,
    act: () => Promise.resolve(),
  },
]

/** How long the script takes at normal pace, in seconds, waits for hand-offs included. */
export const SCRIPT_SECONDS = 19

/** Creates the pace for a factor: 2 plays twice as fast. */
export function createPace(speed: number): Pace {
  return {
    ms: durationMs => durationMs / speed,
    graceMs: (durationMs, leastMs) => Math.ceil(Math.max(durationMs / speed, leastMs) / 1_000) * 1_000,
  }
}

/** Ends what a step leaves behind on the nodes, so that the next one begins with healthy ones. */
export async function tidy({ simulator }: Stage): Promise<void> {
  for (const node of simulator.nodes) node.endMove()
  await Promise.all(simulator.nodes.map(node => node.heal()))
}
