import type { Clock, Timer } from '../../../base/clock.js'
import { type Endpoint, placeOf } from '../../../base/endpoint.js'
import type { Random } from '../../../base/random.js'
import type { Effect } from '../../../core/decide/link-state.js'
import type { OwnedRange } from '../../../core/slots/owned-ranges.js'
import {
  EMPTY_SLOTS,
  reduceSlots,
  type SlotEffect,
  type SlotInput,
  type SlotTable,
  stillOwned,
} from '../../../core/slots/slot-table.js'
import type { SlotRange } from '../../../notifications/notification.js'

/** The topology as a host keeps it, and what may be changed in it. */
export interface Topology {
  readonly isOpen: boolean
  /** Who owns which slots now. */
  ranges(): readonly OwnedRange[]
  /**
   * Connects to a node, and moves what is subscribed to in some slots to it. Resolves with whether it serves within the time.
   */
  prepare(target: Endpoint, withinMs: number, slots: readonly SlotRange[]): Promise<boolean>
  /** Lets a node that was prepared own slots. */
  assign(target: Endpoint, slots: readonly SlotRange[]): void
  /** Lets nodes go that own nothing, but never the last one. */
  letGo(): void
  /** Asks a node for the topology, and adopts it. */
  look(): Promise<void>
}

/** How often a node is tried that slots have moved to, and how long each time, in milliseconds. */
const TRIES = { most: 3, withinMs: 5_000 } as const

/** Performs what the slot table decides. The source of a move serves until its target does. */
export class SlotMoves {
  readonly #clock: Clock
  readonly #random: Random
  readonly #topology: Topology
  #table: SlotTable = EMPTY_SLOTS
  /** The look that is planned: there is one at a time. */
  #look: Timer | undefined

  constructor(clock: Clock, random: Random, topology: Topology) {
    this.#clock = clock
    this.#random = random
    this.#topology = topology
  }

  /** Takes what a link has decided about an announcement. */
  onEffect(effect: Effect): void {
    if (effect.type !== 'settle-notification' || effect.ignored !== undefined) return
    const { notification } = effect
    if (notification.type === 'slots-migrated') this.#send({ type: 'migrated', notification })
  }

  /** A node has redirected a command, and the table of the host was changed for that slot. */
  redirected(slot: number, node: string): void {
    this.#send({ type: 'redirected', slot, node })
  }

  /** The host has asked for the whole topology and adopted it. What it overwrote is restored. */
  looked(askedAt: number): void {
    const ranges = this.#topology.ranges()
    this.#send({ type: 'looked', askedAt, ranges })
  }

  /** The cluster was closed: nothing is looked for any more. */
  stop(): void {
    this.#look?.dispose()
  }

  #send(input: SlotInput): void {
    const time = { now: this.#clock.now(), jitter: this.#random() }
    const { table, effects } = reduceSlots(this.#table, input, time)
    this.#table = table
    for (const effect of effects) this.#perform(effect)
  }

  #perform(effect: SlotEffect): void {
    if (effect.type === 'assign') return void this.#assign(effect)
    // Nobody waits for it.
    this.#look?.dispose()
    this.#look = this.#clock.after(effect.afterMs, () => {
      this.#send({ type: 'look-begun' })
      if (this.#topology.isOpen) this.#topology.look().catch(() => {})
    })
  }

  async #assign({ target, slots }: Extract<SlotEffect, { type: 'assign' }>): Promise<void> {
    for (let tries = 0; tries < TRIES.most && this.#topology.isOpen; tries += 1) {
      if (!(await this.#topology.prepare(target, TRIES.withinMs, slots))) continue
      // Meanwhile they may have moved on.
      const owned = stillOwned(this.#table, placeOf(target), slots)
      if (owned.length > 0) this.#topology.assign(target, owned)
      this.#topology.letGo()
      return
    }
  }
}
