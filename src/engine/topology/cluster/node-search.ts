import type { Clock, Timer } from '../../../base/clock.js'
import type { Random } from '../../../base/random.js'
import type { Effect } from '../../../core/decide/link-state.js'

/** The nodes of a cluster, as a search for those that are away sees them. */
export interface SearchedNodes {
  /** Whether a client of a node is without a connection, or its server says nothing. */
  readonly isMissing: boolean
  /** Asks a node that answers whether the topology is another one than that which is known. Rejects where none does. */
  differs(): Promise<boolean>
  /** Asks a node for the topology, and adopts it. */
  look(): Promise<void>
}

/** How often the other nodes are asked who owns the slots of one that is away, and for how long, in milliseconds. */
const ASK_EVERY_MS = { first: 100, factor: 1.5, most: 1_000, patience: 60_000 } as const

/** Looks for the nodes that follow those that are away. There is one search at a time for a cluster. */
export class NodeSearch {
  readonly #clock: Clock
  readonly #random: Random
  readonly #nodes: SearchedNodes
  #timer: Timer | undefined
  #isRunning = false

  constructor(clock: Clock, random: Random, nodes: SearchedNodes) {
    this.#clock = clock
    this.#random = random
    this.#nodes = nodes
  }

  /** A node may be away. Does nothing while a search is under way. */
  begin(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#askAfter(ASK_EVERY_MS.first, this.#clock.now() + ASK_EVERY_MS.patience)
  }

  stop(): void {
    this.#isRunning = false
    this.#timer?.dispose()
  }

  #askAfter(pauseMs: number, until: number): void {
    // Not all processes ask at once.
    const afterMs = pauseMs * (0.5 + this.#random())
    this.#timer = this.#clock.after(afterMs, () => void this.#ask(pauseMs, until))
  }

  async #ask(pauseMs: number, until: number): Promise<void> {
    if (!this.#nodes.isMissing || this.#clock.now() >= until) return this.stop()
    try {
      if (await this.#nodes.differs()) await this.#nodes.look()
    } catch {
      // Nobody answers: the clients of the nodes go on trying by themselves.
    }
    if (this.#isRunning) this.#askAfter(Math.min(pauseMs * ASK_EVERY_MS.factor, ASK_EVERY_MS.most), until)
  }
}

/** The first connection of a client is none that was lost. A cluster of many nodes makes as many of them when it connects. */
export function pastFirstDial(onEffect: (effect: Effect) => void): (effect: Effect) => void {
  let isNew = true
  return effect => {
    const isFirst = isNew && effect.type === 'dial'
    if (isFirst) isNew = false
    else onEffect(effect)
  }
}
