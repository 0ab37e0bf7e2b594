import type { ConnectionGeneration } from '../../adapters/node-redis/generation.js'
import type { Clock } from '../../base/clock.js'
import { HitlessError } from '../../base/errors.js'
import type { Random } from '../../base/random.js'
import type { LeaveReason } from '../../core/decide/phase.js'
import type { Hooks } from '../../core/events/hooks.js'
import type { ResolvedMaintOptions } from '../../core/options/maint-options.js'
import type { Database, Neighbour } from '../database/database.js'
import { AddressWatch } from '../monitors/address-monitor.js'
import { AgeWatch, ageLimitsFrom } from '../monitors/age-monitor.js'
import { LivenessWatch } from '../monitors/liveness-monitor.js'
import { pulseOf } from '../monitors/shared-ticker.js'
import type { CommandPath } from './command-path.js'
import type { Shell } from './shell.js'

/** What the watches over one slot need. */
export interface VigilParts {
  readonly clock: Clock
  readonly random: Random
  readonly maint: ResolvedMaintOptions
  readonly hooks: Hooks
  readonly database: Database
  /** In whose name turns are taken. */
  readonly owner: Neighbour
  readonly path: CommandPath
  readonly shell: Shell
}

/** Watches the connection that serves, since nobody announces everything: its liveness, its address and its age. */
export class Vigil {
  readonly #parts: VigilParts
  readonly #liveness: LivenessWatch<ConnectionGeneration>
  readonly #address: AddressWatch<ConnectionGeneration>
  readonly #age: AgeWatch<ConnectionGeneration>

  /** @throws HitlessError `OPTIONS_INVALID` where an environment variable sets a limit that is none. */
  constructor(parts: VigilParts) {
    this.#parts = parts
    const { clock, random, maint, database, path, shell } = parts
    const { session, blocking, traffic } = path
    this.#liveness = new LivenessWatch({
      clock,
      random,
      pulse: pulseOf(clock),
      policy: maint,
      isListening: () => session.subscriptions.isActive,
      isMonitoring: () => session.monitor !== undefined,
      blockedSpan: generation => blocking.spanOf(generation),
      checkBlocked: generation => blocking.check(generation),
      onSilent: (generation, silentForMs) => this.#onSilent(generation, silentForMs),
      onRevived: generation => this.#onRevived(generation),
    })
    this.#address = new AddressWatch({
      clock,
      random,
      book: database.book,
      intervalMs: maint.addressCheckIntervalMs,
      onMoved: ({ id }) => shell.send({ type: 'address-moved', generation: id }),
      onRetired: generation => this.#leave(generation, 'retired-address'),
    })
    const limits = ageLimitsFrom(maint, process.env)
    traffic.notesUse = limits.maxIdleMs !== false
    this.#age = new AgeWatch({
      clock,
      random,
      ...limits,
      leave: (generation, reason) => this.#turnOver(generation, reason),
      lastUsedAt: () => traffic.usedAt,
    })
  }

  /** Watches a connection in place of the one before. */
  serve(generation: ConnectionGeneration): void {
    const { clock, path } = this.#parts
    const { traffic } = path
    // A connection that takes over is not to be left because the one before was idle.
    traffic.usedAt = clock.now()
    this.#liveness.serve(generation)
    this.#address.serve(generation)
    this.#age.serve(generation)
  }

  /** Watches nothing any more. */
  stop(): void {
    this.#liveness.stop()
    this.#address.stop()
    this.#age.stop()
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

  #leave({ id }: ConnectionGeneration, reason: Exclude<LeaveReason, 'moving'>): void {
    this.#parts.shell.send({ type: 'leave', generation: id, reason })
  }

  #onSilent(generation: ConnectionGeneration, silentForMs: number): void {
    const facts = { silentForMs: Math.round(silentForMs) }
    const message = `The connection has owed answers for ${facts.silentForMs} ms and sent nothing`
    generation.silence = new HitlessError('CONNECTION_SILENT', message, { retryable: true, facts })
    this.#parts.hooks.emit({ name: 'connection:silent', payload: facts })
    this.#leave(generation, 'silent')
  }

  #onRevived(generation: ConnectionGeneration): void {
    generation.silence = undefined
    this.#parts.shell.send({ type: 'revived', generation: generation.id })
  }

  /** Replaces a connection that works, one at a time among those of the database. */
  #turnOver(generation: ConnectionGeneration, reason: 'age' | 'idle'): Promise<void> {
    const { database, owner, shell } = this.#parts
    return database.lane.turnover(owner, async () => {
      this.#leave(generation, reason)
      await shell.settled()
    })
  }
}
