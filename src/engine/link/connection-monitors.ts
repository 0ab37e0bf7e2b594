import { HitlessError } from '../../base/errors.js'
import type { HandoffReason } from '../../core/decide/phase.js'
import type { Context } from '../database/context.js'
import type { DatabaseMember } from '../database/database.js'
import { AddressMonitor } from '../monitors/address-monitor.js'
import { AgeMonitor } from '../monitors/age-monitor.js'
import { LivenessMonitor } from '../monitors/liveness-monitor.js'
import { tickerOf } from '../monitors/shared-ticker.js'
import type { Connection } from '../session/connection.js'
import type { CommandPath } from './command-path.js'
import type { Shell } from './shell.js'

/** What the watches over one link need. */
export interface ConnectionMonitorsParts {
  readonly context: Context
  /** In whose name turns are taken. */
  readonly owner: DatabaseMember
  readonly path: CommandPath
  readonly shell: Shell
}

/** Watches the connection that serves, since nobody announces everything: its liveness, its address and its age. */
export class ConnectionMonitors {
  readonly #parts: ConnectionMonitorsParts
  readonly #liveness: LivenessMonitor<Connection>
  readonly #address: AddressMonitor<Connection>
  readonly #age: AgeMonitor<Connection>

  constructor(parts: ConnectionMonitorsParts) {
    this.#parts = parts
    const { context, path, shell } = parts
    const { clock, random, maint, database } = context
    const { session, blocking, dispatcher } = path
    this.#liveness = new LivenessMonitor({
      clock,
      random,
      ticker: tickerOf(clock),
      policy: maint,
      isListening: () => session.subscriptions.isActive,
      isMonitoring: () => session.monitor !== undefined,
      blockedSpan: connection => blocking.spanOf(connection),
      checkBlocked: connection => blocking.check(connection),
      onUnresponsive: (connection, unresponsiveForMs) => this.#onUnresponsive(connection, unresponsiveForMs),
      onRecovered: connection => this.#onRecovered(connection),
    })
    this.#address = new AddressMonitor({
      clock,
      random,
      book: database.book,
      intervalMs: maint.addressCheckIntervalMs,
      onMoved: ({ id }) => shell.send({ type: 'address-moved', connection: id }),
      onGone: connection => this.#leave(connection, 'address-gone'),
    })
    dispatcher.notesUse = maint.maxConnectionIdleMs !== false
    this.#age = new AgeMonitor({
      clock,
      random,
      maxAgeMs: maint.maxConnectionAgeMs,
      maxIdleMs: maint.maxConnectionIdleMs,
      leave: (connection, reason) => this.#turnOver(connection, reason),
      lastUsedAt: () => dispatcher.usedAt,
    })
  }

  /** Watches a connection in place of the one before. */
  watch(connection: Connection): void {
    const { context, path } = this.#parts
    // A connection that takes over is not to be left because the one before was idle.
    path.dispatcher.usedAt = context.clock.now()
    this.#liveness.watch(connection)
    this.#address.watch(connection)
    this.#age.watch(connection)
  }

  /** Watches nothing any more. */
  stop(): void {
    this.#liveness.stop()
    this.#address.stop()
    this.#age.stop()
  }

  /** Follows the addresses of the configured name through a window. */
  follow(connection: Connection, withinMs: number): void {
    this.#address.follow(connection, this.#parts.context.clock.now() + withinMs)
  }

  unfollow(): void {
    this.#address.unfollow()
  }

  /** Something has happened after which the address in use may be out of date. */
  recheck(): void {
    if (this.#parts.context.maint.addressCheckAfterMaintenance) this.#address.recheck()
  }

  #leave({ id }: Connection, reason: Exclude<HandoffReason, 'moving'>): void {
    this.#parts.shell.send({ type: 'hand-off', connection: id, reason })
  }

  #onUnresponsive(connection: Connection, unresponsiveForMs: number): void {
    const facts = { unresponsiveForMs: Math.round(unresponsiveForMs) }
    const message = `The connection has owed answers for ${facts.unresponsiveForMs} ms and sent nothing`
    connection.unresponsive = new HitlessError('CONNECTION_UNRESPONSIVE', message, { retryable: true, facts })
    this.#parts.context.tell({ name: 'connection:unresponsive', payload: facts }, { connection })
    this.#leave(connection, 'unresponsive')
  }

  #onRecovered(connection: Connection): void {
    connection.unresponsive = undefined
    this.#parts.shell.send({ type: 'recovered', connection: connection.id })
  }

  /** Replaces a connection that works, one at a time among those of the database. */
  #turnOver(connection: Connection, reason: 'age' | 'idle'): Promise<void> {
    const { context, owner, shell } = this.#parts
    return context.database.queue.turnover(owner, async () => {
      this.#leave(connection, reason)
      await shell.settled()
    })
  }
}
