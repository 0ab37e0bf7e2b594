import type { Clock } from '../../base/clock.js'
import type { Random } from '../../base/random.js'
import type { ResolvedMaintOptions } from '../../core/options.js'
import type { Shell } from '../../core/shell.js'
import type { Database } from './database.js'
import type { ConnectionGeneration } from './generation.js'
import { AddressWatch } from './watch/address-watch.js'

/** What the watches over one slot need. */
export interface VigilParts {
  readonly clock: Clock
  readonly random: Random
  readonly maint: ResolvedMaintOptions
  readonly database: Database
  readonly shell: Shell
}

/** Watches the connection that serves: nobody announces everything. */
export class Vigil {
  readonly #parts: VigilParts
  readonly #address: AddressWatch<ConnectionGeneration>

  constructor(parts: VigilParts) {
    this.#parts = parts
    const { clock, random, maint, database, shell } = parts
    this.#address = new AddressWatch({
      clock,
      random,
      book: database.book,
      intervalMs: maint.addressCheckIntervalMs,
      onMoved: ({ id }) => shell.send({ type: 'address-moved', generation: id }),
      onRetired: ({ id }) => shell.send({ type: 'leave', generation: id, reason: 'retired-address' }),
    })
  }

  /** Watches a connection in place of the one before. */
  serve(generation: ConnectionGeneration): void {
    this.#address.serve(generation)
  }

  /** Watches nothing any more. */
  stop(): void {
    this.#address.stop()
  }

  /** Follows the addresses of the configured name through a window. */
  follow(generation: ConnectionGeneration, withinMs: number): void {
    this.#address.follow(generation, this.#parts.clock.now() + withinMs)
  }

  unfollow(): void {
    this.#address.unfollow()
  }

  /** Something has happened after which the address in use may be out of date. */
  recheck(): void {
    this.#address.recheck()
  }
}
