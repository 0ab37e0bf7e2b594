import { HitlessError } from '../../../base/errors.js'
import type { HandoffReason } from '../../../core/decide/phase.js'
import type { Sighting } from '../../../core/health/doubt.js'
import type { BlockedSpan } from '../../commands/blocking/blocked-command.js'
import type { Connections } from '../../connect/connections.js'
import { sightingOf } from '../../connect/sighting.js'
import type { Context } from '../../database/context.js'
import type { DatabaseMember } from '../../database/database.js'
import type { Connection } from '../../session/connection.js'
import type { CommandPath } from '../command-path.js'
import type { Shell } from '../shell.js'
import { AddressMonitor, type AddressOwner } from './address-monitor.js'
import { AgeMonitor, type AgeOwner, type AgeReason } from './age-monitor.js'
import { DoubtedConnections, type DoubtOwner } from './doubted-connections.js'
import { LivenessMonitor } from './liveness-monitor.js'
import type { LivenessOwner } from './liveness-owner.js'

/** The link whose connection is watched. */
export interface MonitoredLink {
  readonly context: Context
  /** The member for which turns are taken. */
  readonly member: DatabaseMember
  readonly path: CommandPath
  readonly shell: Shell
  readonly connections: Connections
}

type Owner = LivenessOwner<Connection> & DoubtOwner<Connection> & AddressOwner<Connection> & AgeOwner<Connection>

/** How long a connection in doubt may go on answering once the client is closed, in milliseconds. */
const DRAIN_MS = 2_000

/** The monitors of the connection that serves: its liveness, its address and its age. */
export class ConnectionMonitors implements Owner {
  readonly #link: MonitoredLink
  readonly #liveness: LivenessMonitor<Connection>
  readonly #address: AddressMonitor<Connection>
  /** Where connections have a limited age, or may not be idle for long. */
  readonly #age: AgeMonitor<Connection> | undefined
  /** Made with the first doubt. */
  #doubted: DoubtedConnections<Connection> | undefined
  #watched: Connection | undefined

  constructor(link: MonitoredLink) {
    const { context, path } = link
    this.#link = link
    this.#liveness = new LivenessMonitor(context, this)
    this.#address = new AddressMonitor(context, this)
    const { maxConnectionAgeMs, maxConnectionIdleMs } = context.maint
    if (maxConnectionAgeMs !== false || maxConnectionIdleMs !== false) this.#age = new AgeMonitor(context, this)
    path.dispatcher.notesUse = maxConnectionIdleMs !== false
  }

  /** Watches a connection in place of the one before. */
  watch(connection: Connection): void {
    const { context, path } = this.#link
    // A connection that takes over must not be left because the one before was idle.
    path.dispatcher.usedAt = context.clock.now()
    this.#watched = connection
    this.#liveness.watch(connection)
    this.#address.watch(connection)
    this.#age?.watch(connection)
  }

  /** Ends every watch. */
  stop(): void {
    this.#liveness.stop()
    for (const connection of this.#doubted?.stop() ?? []) this.#link.connections.drain(connection, DRAIN_MS)
    this.#address.stop()
    this.#age?.stop()
  }

  /** For how long the connection that serves has owed answers and sent nothing, to within a check, in milliseconds. */
  get unansweredMs(): number {
    return this.#liveness.unansweredMs
  }

  /** Follows the addresses of the configured name through a window. */
  follow(connection: Connection, withinMs: number): void {
    this.#address.follow(connection, this.#link.context.clock.now() + withinMs)
  }

  unfollow(): void {
    this.#address.unfollow()
  }

  /** Something has happened after which the address in use may be out of date. */
  recheck(): void {
    if (this.#link.context.maint.addressCheckAfterMaintenance) this.#address.recheck()
  }

  get isListening(): boolean {
    return this.#link.path.session.subscriptions.isActive
  }

  get isMonitoring(): boolean {
    return this.#link.path.session.monitor !== undefined
  }

  blockedSpan(connection: Connection): BlockedSpan | undefined {
    return this.#link.path.blocking.spanOf(connection)
  }

  checkBlocked(connection: Connection): Promise<void> {
    return this.#link.path.blocking.check(connection)
  }

  /** Keeps a connection that was left because it is unresponsive, until it has answered everything or is found dead. */
  keepDoubted(connection: Connection): void {
    this.#doubts.leave(connection)
  }

  onUnresponsive(connection: Connection, unresponsiveForMs: number): void {
    // Then it is hardly the connections that are at fault.
    if (this.#doubts.isFull) return
    this.#noteUnresponsive(connection, unresponsiveForMs)
    this.#leave(connection, 'unresponsive')
  }

  /** A connection did not answer after the process stood still. */
  doubt(connection: Connection, unresponsiveForMs: number): void {
    this.#liveness.doubt(connection)
    this.#noteUnresponsive(connection, unresponsiveForMs)
  }

  onStoodStill({ id }: Connection): void {
    this.#link.shell.send({ type: 'stood-still', connection: id })
  }

  #noteUnresponsive(connection: Connection, unresponsiveForMs: number): void {
    const facts = { unresponsiveForMs: Math.round(unresponsiveForMs) }
    const message = `The connection has owed answers for ${facts.unresponsiveForMs} ms and sent nothing`
    if (!this.#link.context.maint.dryRun) {
      this.#doubts.begin(connection)
      connection.unresponsive = new HitlessError('CONNECTION_UNRESPONSIVE', message, { retryable: true, facts })
    }
    this.#link.context.tell({ name: 'connection:unresponsive', payload: facts }, { connection })
  }

  onRecovered(connection: Connection): void {
    connection.unresponsive = undefined
    this.#doubted?.recover(connection)
    this.#link.shell.send({ type: 'recovered', connection: connection.id })
  }

  async lookAt(connection: Connection): Promise<Sighting> {
    const { context, path } = this.#link
    const parts = { ...context, lines: path.blocking.auxiliary, successor: this.#watched }
    const sighting = await sightingOf(connection, parts)
    return sighting.type === 'untold' && path.blocking.isOverdue(connection) ? { type: 'overdue' } : sighting
  }

  get isInWindow(): boolean {
    return this.#link.shell.link.relaxations.size > 0
  }

  endDoubted({ id }: Connection): void {
    this.#link.connections.end(id)
  }

  onAddressMoved({ id }: Connection): void {
    this.#link.shell.send({ type: 'address-moved', connection: id })
  }

  onAddressGone(connection: Connection): void {
    this.#leave(connection, 'address-gone')
  }

  lastUsedAt(): number {
    return this.#link.path.dispatcher.usedAt
  }

  /** Replaces a connection that works, one at a time among those of the database. */
  turnOver(connection: Connection, reason: AgeReason): Promise<void> {
    const { context, member, shell } = this.#link
    return context.database.queue.turnover(member, async () => {
      this.#leave(connection, reason)
      await shell.settled()
    })
  }

  get #doubts(): DoubtedConnections<Connection> {
    this.#doubted ??= new DoubtedConnections(this.#link.context, this)
    return this.#doubted
  }

  #leave({ id }: Connection, reason: Exclude<HandoffReason, 'moving'>): void {
    this.#link.shell.send({ type: 'hand-off', connection: id, reason })
  }
}
