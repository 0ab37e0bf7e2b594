import { systemClock } from '../../base/clock.js'
import { pause } from '../../base/pause.js'
import type { Random } from '../../base/random.js'
import type { SimNode } from '../../simulator/index.js'
import type { Stage } from '../rehearsal/rehearsal-stage.js'

/** One kind of fault. The node that serves the client is the one that it begins with. */
export interface Fault {
  /** What is done, in a few words. */
  readonly title: string
  /** How long it is left to work, in milliseconds: from, to. */
  readonly lasts: readonly [least: number, most: number]
  /** Whether connections are cut, so that commands in flight are lost to it. */
  readonly cuts?: boolean
  act(stage: Stage, random: Random): unknown
}

const GRACES_MS = [1_000, 2_000, 5_000] as const
const GARBAGE = ['HTTP/1.1 400 Bad Request\r\n\r\n', '\0\x01\x02garbage', '$-7\r\n', '*-3\r\n', '?'] as const
const LOST_REPLIES: ReadonlySet<string> = new Set(['SET', 'INCR', 'EXEC', 'RPUSH', 'BLPOP'])

/** Every fault that can be drawn, by its name. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  moving: {
    title: 'MOVING to another node',
    lasts: [1_500, 3_000],
    act: (stage, random) => move(stage, random, other(stage, random)),
  },
  'moving-slow': {
    title: 'MOVING to a node that is slow to shake hands',
    lasts: [2_000, 3_000],
    act: (stage, random) => {
      const to = other(stage, random)
      to.delayHandshake(random() * 1_500)
      return move(stage, random, to)
    },
  },
  'moving-dead': {
    title: 'MOVING to a node that refuses',
    lasts: [2_000, 3_000],
    act: (stage, random) => {
      const to = other(stage, random)
      to.refuse()
      return move(stage, random, to)
    },
  },
  'moving-unnamed': {
    title: 'MOVING without an address',
    lasts: [2_000, 3_000],
    act: (stage, random) => move(stage, random, null),
  },
  'moving-again': {
    title: 'MOVING three times in a row, to other nodes each time',
    lasts: [1_500, 3_000],
    act: async (stage, random) => {
      for (let time = 0; time < 3; time += 1) {
        await move(stage, random, other(stage, random))
        await pause(systemClock, random() * 100, true)
      }
    },
  },
  migrating: {
    title: 'MIGRATING, and MIGRATED',
    lasts: [200, 500],
    act: async ({ serving }, random) => {
      const node = serving()
      await node.notify({ type: 'migrating', graceMs: 1_000 })
      await pause(systemClock, random() * 1_000, true)
      await node.notify({ type: 'migrated' })
    },
  },
  'paused-writes': {
    title: 'Writes wait, as after CLIENT PAUSE',
    lasts: [1_500, 2_500],
    act: ({ serving }, random) => serving().pause('writes', random() * 1_200),
  },
  'failing-over': {
    title: 'FAILING_OVER, a cut, and FAILED_OVER',
    lasts: [500, 1_000],
    cuts: true,
    act: async ({ serving }, random) => {
      const node = serving()
      await node.notify({ type: 'failing-over', graceMs: 1_000 })
      await pause(systemClock, random() * 1_000, true)
      node.reset()
      await node.notify({ type: 'failed-over' })
    },
  },
  reset: {
    title: 'All connections are reset',
    lasts: [100, 1_000],
    cuts: true,
    act: stage => onAll(stage, node => node.reset()),
  },
  'reset-again': {
    title: 'All connections are reset, again and again',
    lasts: [200, 1_000],
    cuts: true,
    act: async (stage, random) => {
      for (let time = 0; time < 6; time += 1) {
        onAll(stage, node => node.reset())
        await pause(systemClock, random() * 150, true)
      }
    },
  },
  close: {
    title: 'All connections are closed in order',
    lasts: [100, 1_000],
    cuts: true,
    act: stage => onAll(stage, node => node.closeConnections()),
  },
  silent: {
    title: 'The node freezes',
    lasts: [500, 4_000],
    act: ({ serving }) => serving().silent(),
  },
  away: {
    title: 'No node can be reached',
    lasts: [300, 3_000],
    cuts: true,
    act: stage =>
      onAll(stage, node => {
        node.refuse()
        node.reset()
      }),
  },
  'hanging-up': {
    title: 'Nodes take connections, and hang up',
    lasts: [300, 2_000],
    cuts: true,
    act: (stage, random) =>
      onAll(stage, node => {
        node.hangUp(random() < 0.5 ? 'at-once' : 'after-first-command')
        node.reset()
      }),
  },
  loading: {
    title: 'Nodes read their data, and say so',
    lasts: [300, 2_500],
    cuts: true,
    act: (stage, random) =>
      onAll(stage, node => {
        node.answerLoading(random() < 0.5 ? 'data' : 'all')
        node.reset()
      }),
  },
  readonly: {
    title: 'The node becomes a replica for a while',
    lasts: [300, 2_500],
    act: ({ serving }) => serving().readonly(),
  },
  garbage: {
    title: 'The node writes what is no RESP',
    lasts: [300, 1_000],
    cuts: true,
    act: ({ serving }, random) => serving().push(Buffer.from(pick(GARBAGE, random)), 'resp3'),
  },
  'lost-reply': {
    title: 'Commands are executed, and their connections end without an answer',
    lasts: [300, 1_000],
    cuts: true,
    act: (stage, random) =>
      onAll(stage, node => {
        for (const name of LOST_REPLIES) {
          // It resolves with the connection, if there comes such a command at all.
          if (random() < 0.5) void node.loseReply(([word]) => word?.toUpperCase() === name)
        }
      }),
  },
  'slow-handshake': {
    title: 'All connections are reset, and nodes are slow to shake hands',
    lasts: [1_000, 2_000],
    cuts: true,
    act: (stage, random) =>
      onAll(stage, node => {
        node.delayHandshake(random() * 800)
        node.reset()
      }),
  },
}

/** One of several, drawn. */
export function pick<T>(from: readonly [T, ...T[]], random: Random): T {
  return from[Math.floor(random() * from.length)] ?? from[0]
}

/** All nodes but the last, over which the account is kept. */
function played(nodes: readonly SimNode[]): readonly SimNode[] {
  return nodes.slice(0, -1)
}

/** Does something to each node that is played. */
function onAll({ simulator }: Stage, act: (node: SimNode) => unknown): void {
  for (const node of played(simulator.nodes)) act(node)
}

function other({ simulator, serving }: Stage, random: Random): SimNode {
  const from = serving()
  const [first, ...rest] = played(simulator.nodes).filter(node => node !== from)
  return pick([first ?? from, ...rest], random)
}

function move({ serving }: Stage, random: Random, to: SimNode | null): Promise<unknown> {
  return serving().notify({ type: 'moving', graceMs: pick(GRACES_MS, random), endpoint: to })
}
