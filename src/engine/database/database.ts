import type { ClientSettings } from '../../adapters/node-redis/options.js'
import type { Clock } from '../../base/clock.js'
import type { Random } from '../../base/random.js'
import { FULL_BUDGET, type RecoveryBudget } from '../../core/replies/recovery-budget.js'
import type { AzureNotification } from '../../notifications/azure-notification.js'
import { type AddressBook, addressBookOf } from './address-book.js'
import { Availability, type AvailabilityStatus } from './availability.js'
import { AzureChannel, type AzureRejection, type AzureSubscriber } from './azure-channel.js'
import { Lanes } from './database-registry.js'
import type { HandoffLane, LaneShare } from './handoff-queue.js'

/** A connection of an application to the database, as its neighbours see it. */
export interface Neighbour {
  /** The address that it is connected to, where that is known. */
  readonly peerAddress: string | undefined
  /** The server at that address takes no writes any more, as another one found out. */
  leaveReplica(): void
  /** An outage of the database has begun or ended. */
  onAvailability(status: AvailabilityStatus): void
  /** Azure has announced something; copies may come. */
  onAzure(notification: AzureNotification): void
  onAzureRejected(rejection: AzureRejection): void
}

/** Which database it is, and how it is dealt with. */
export type DatabaseSettings = Pick<ClientSettings, 'connection' | 'maint'>

/** With what databases are watched. */
export interface DatabasesParts {
  readonly clock: Clock
  readonly random: Random
}

/** The longest pause between two looks for a primary, in milliseconds: writes wait for their outcome. */
const LONGEST_SEARCH_PAUSE_MS = 400

/** What all clients and pools of one database in this process share. */
export class Database {
  readonly lane: HandoffLane
  /** What the configured name leads to; `undefined` where it is an address or a path. */
  readonly book: AddressBook | undefined
  /** Whether it can be reached; the pauses between attempts are those of the client that came first. */
  readonly availability: Availability
  /** What its slots have spent on looking for a primary. */
  readonly searches: { budget: RecoveryBudget } = { budget: FULL_BUDGET }
  /** The search for a primary, which one at a time of its slots makes. */
  readonly primary: Availability
  readonly #clock: Clock
  readonly #neighbours = new Set<Neighbour>()
  #slots = 0
  #azure: AzureChannel | undefined

  constructor({ clock, random }: DatabasesParts, lane: HandoffLane, { connection, maint }: DatabaseSettings) {
    this.#clock = clock
    this.lane = lane
    this.book = addressBookOf(clock, connection.socket)
    const onChange = (status: AvailabilityStatus): void => {
      for (const neighbour of this.#neighbours) neighbour.onAvailability(status)
    }
    this.primary = new Availability({ clock, random, maxBackoffMs: LONGEST_SEARCH_PAUSE_MS })
    this.availability = new Availability({ clock, random, maxBackoffMs: maint.maxBackoffMs, onChange })
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
    this.lane.leave(neighbour)
    if (this.#neighbours.size > 0) return
    this.#azure?.stop()
    this.#azure = undefined
  }

  /** Listens to Azure's channel until the last one has left; once for all. */
  listenToAzure(open: () => AzureSubscriber): void {
    if (this.#azure !== undefined) return
    const each = (tell: (neighbour: Neighbour) => void): void => {
      for (const neighbour of [...this.#neighbours]) tell(neighbour)
    }
    this.#azure = new AzureChannel({
      open,
      clock: this.#clock,
      onNotification: notification => each(neighbour => neighbour.onAzure(notification)),
      onRejected: rejection => each(neighbour => neighbour.onAzureRejected(rejection)),
      // What keeps the channel from being heard is told by the clients of the same database as well.
      onError: () => {},
    })
    this.#azure.start()
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
  readonly #parts: DatabasesParts
  readonly #lanes: Lanes
  readonly #byLane = new WeakMap<HandoffLane, Database>()

  constructor(parts: DatabasesParts) {
    this.#parts = parts
    this.#lanes = new Lanes(parts.clock)
  }

  /** The database that some settings lead to. */
  for(settings: DatabaseSettings): Database {
    const lane = this.#lanes.laneFor(settings.connection)
    const database = this.#byLane.get(lane) ?? new Database(this.#parts, lane, settings)
    this.#byLane.set(lane, database)
    return database
  }
}
