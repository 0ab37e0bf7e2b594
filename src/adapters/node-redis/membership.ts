import type { Clock } from '../../base/clock.js'
import type { Hooks } from '../../core/hooks.js'
import type { AvailabilityStatus } from '../../core/resilience/availability.js'
import type { Shell } from '../../core/shell.js'
import { toPublic, unavailableError } from './availability.js'
import type { CommandPath } from './command-path.js'
import type { Database, Neighbour } from './database.js'
import type { ConnectionGeneration } from './generation.js'
import type { LaneShare } from './handoff-lane.js'
import type { Serving } from './serving.js'

/** What one slot brings along to its neighbours. */
export interface MembershipParts {
  readonly database: Database
  readonly clock: Clock
  readonly hooks: Hooks
  /** How it counts for the sizes of what is shared; `undefined` for a client of a pool, which counts and speaks for it. */
  readonly share: LaneShare | undefined
  readonly maint: { readonly failFast: boolean }
  readonly shell: Shell
  readonly serving: Serving
  readonly path: CommandPath
}

/** One slot among all that lead to the same database: what it learns from the others, and they from it. */
export class Membership implements Neighbour {
  readonly #parts: MembershipParts

  constructor(parts: MembershipParts) {
    this.#parts = parts
  }

  get peerAddress(): string | undefined {
    return this.#parts.serving.current?.peerAddress
  }

  join(): void {
    this.#parts.database.join(this, this.#parts.share)
  }

  leave(): void {
    this.#parts.database.leave(this)
  }

  /** Why commands fail at once, while they do: the server is known to be away, and they are not to wait for it. */
  unavailable(): Error | undefined {
    const { maint, database, clock } = this.#parts
    return maint.failFast ? unavailableError(database.availability.status, clock) : undefined
  }

  leaveReplica(): void {
    const { current } = this.#parts.serving
    if (current !== undefined && this.#parts.path.recovery.mayLeave) this.#leave(current)
  }

  /** A command found out that a server takes no writes. The neighbours are told once, by whoever notices first. */
  foundReplica(generation: ConnectionGeneration): void {
    const wasMoving = this.#isMoving()
    this.#leave(generation)
    if (!wasMoving && this.#isMoving()) this.#parts.database.spreadDemotion(this)
  }

  onAvailability(status: AvailabilityStatus): void {
    const { hooks, clock, share, path } = this.#parts
    if (share !== undefined) hooks.emit({ name: 'availability:changed', payload: toPublic(status, clock) })
    const error = this.unavailable()
    if (error !== undefined) path.traffic.failWaiting(error)
  }

  #leave({ id }: ConnectionGeneration): void {
    this.#parts.shell.send({ type: 'leave', generation: id, reason: 'demoted' })
  }

  #isMoving(): boolean {
    return 'move' in this.#parts.shell.slot.phase
  }
}
