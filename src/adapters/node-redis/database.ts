import type { Clock } from '../../base/clock.js'
import { type AddressBook, addressBookOf } from './address-book.js'
import type { HandoffLane, LaneShare } from './handoff-lane.js'
import type { HostOptions } from './host.js'
import { Lanes } from './lanes.js'

/** A connection of an application to the database, as its neighbours see it. */
export interface Neighbour {
  /** The address that it is connected to, where that is known. */
  readonly peerAddress: string | undefined
  /** The server at that address takes no writes any more, as another one found out. */
  leaveReplica(): void
}

/** What all clients and pools of one database in this process share. */
export class Database {
  readonly lane: HandoffLane
  /** What the configured name leads to; `undefined` where it is an address or a path. */
  readonly book: AddressBook | undefined
  readonly #neighbours = new Set<Neighbour>()
  #slots = 0

  constructor(clock: Clock, lane: HandoffLane, { socket }: HostOptions) {
    this.lane = lane
    this.book = addressBookOf(clock, socket)
  }

  /** The number of a new slot. */
  countSlot(): number {
    this.#slots += 1
    return this.#slots
  }

  /** @param share - How it counts for the sizes; `undefined` for one whose pool counts for it. */
  join(neighbour: Neighbour, share: LaneShare | undefined): void {
    this.#neighbours.add(neighbour)
    if (share !== undefined) this.lane.join(neighbour, share)
  }

  /** Leaving twice does nothing. */
  leave(neighbour: Neighbour): void {
    this.#neighbours.delete(neighbour)
    this.lane.cancel(neighbour)
    this.lane.cancelTurnover(neighbour)
    this.lane.leave(neighbour)
  }

  /** One has found that its server is a replica: so it is for all that are connected to the same address. */
  spreadDemotion(by: Neighbour): void {
    const { peerAddress } = by
    if (peerAddress === undefined) return
    for (const neighbour of this.#neighbours) {
      if (neighbour !== by && neighbour.peerAddress === peerAddress) neighbour.leaveReplica()
    }
  }
}

/** The databases that this process uses. */
export class Databases {
  readonly #clock: Clock
  readonly #lanes: Lanes
  readonly #byLane = new WeakMap<HandoffLane, Database>()

  constructor(clock: Clock) {
    this.#clock = clock
    this.#lanes = new Lanes(clock)
  }

  /**
   * The database that some options lead to.
   *
   * @param options - The host's, with the URL resolved into `socket`.
   */
  for(options: HostOptions): Database {
    const lane = this.#lanes.laneFor(options)
    const database = this.#byLane.get(lane) ?? new Database(this.#clock, lane, options)
    this.#byLane.set(lane, database)
    return database
  }
}
