import { withDeadline } from '../../base/deadline.js'
import type { Endpoint } from '../../base/endpoint.js'
import { LightSignal } from '../../base/light-signal.js'
import type { ConnectionId } from '../../core/decide/phase.js'
import { type Route, toRoute } from '../../core/decide/route.js'
import type { Capability } from '../../core/events/maint-events.js'
import type { Replication } from '../../core/sentinel/replication.js'
import { type AddressBook, addressBookOf } from '../database/address-book.js'
import type { Context } from '../database/context.js'
import { Connection, type ConnectionListener } from '../session/connection.js'
import type { Session } from '../session/connection-session.js'
import { connectionTimeout } from '../session/connection-timeout.js'
import { recorders } from '../session/recorders.js'
import { isDead } from './address-steps.js'
import { type AuxiliaryOpener, inTime, type SendOne } from './auxiliary-connections.js'
import type { ConnectionRequest } from './connection-request.js'
import { freshTls } from './fresh-tls.js'
import { Greeter } from './greeting.js'
import { shakeHands } from './handshake.js'
import { untilLoaded } from './loading-server.js'
import { askToNamePrimary } from './named-primary.js'
import { askAgain, assertCapability, type OptIn, optInOf } from './notification-opt-in.js'
import { reach, type Step } from './reach.js'
import { askReplication, assertPrimary, assertServing } from './role.js'

/** The link whose connections they are. */
export interface ConnectedLink {
  readonly context: Context
  readonly session: Session
  /** What connections tell. */
  readonly serving: ConnectionListener
  /** Is told what the server answered to the request for notifications. */
  onCapability(capability: Capability, connection: Connection): void
}

/** A connection that is being made, and what gives it up. */
type Making = Pick<ConnectionRequest, 'id' | 'replaces'> & { readonly signal: LightSignal }

/** How long a node may take to accept an auxiliary connection, in milliseconds. */
const AUXILIARY_CONNECT_MS = 1_500

/** The connections of one link that have not ended: the one that serves, the next one, those that drain. */
export class Connections implements AuxiliaryOpener {
  readonly #link: ConnectedLink
  readonly #optIn: OptIn | undefined
  readonly #greeter: Greeter
  /** Seldom more than two. */
  #alive: readonly Connection[] = []
  /** Dials under way. Between two addresses they have no connection. */
  #making: readonly Making[] = []
  /** Auxiliary connections count downwards: they belong to no hand-off. */
  #auxiliaries = 0

  constructor(link: ConnectedLink) {
    this.#link = link
    this.#optIn = optInOf(link.context)
    this.#greeter = new Greeter(link, this, this.#optIn)
  }

  get(id: ConnectionId): Connection | undefined {
    return this.#alive.find(connection => connection.id === id)
  }

  [Symbol.iterator](): Iterator<Connection> {
    return this.#alive[Symbol.iterator]()
  }

  /** Whether the server is asked for notifications on each of them. */
  get askForNotifications(): boolean {
    return this.#optIn !== undefined
  }

  /** Whether a connection is being made where none serves. */
  isFirst({ id }: Connection): boolean {
    return this.#making.some(making => making.id === id && making.replaces === undefined)
  }

  /** Whether another connection is made in the place of one that breaks, by the same dial. */
  isMadeAgain(connection: Connection): boolean {
    return this.#greeter.isDoubted(connection) && this.#making.some(({ id }) => id === connection.id)
  }

  /** The socket of a connection is there, and its handshake is about to be written. */
  greet(connection: Connection): void {
    if (!connection.isAuxiliary) this.#greeter.greet(connection, this.isFirst(connection))
  }

  /**
   * Connects and prepares a connection. Rejects, with the connection ended, when it fails or takes too long.
   *
   * A host name is resolved again. Where it has several addresses, one after the other is tried until one can be
   * reached; the error is that of the last one.
   */
  async make(request: ConnectionRequest): Promise<void> {
    const { id, route, withinMs, replaces } = request
    const [{ clock, host }, book] = [this.#link.context, this.#bookOf(route)]
    const making: Making = { id, replaces, signal: new LightSignal() }
    this.#making = this.#making.concat(making)
    const onLate = (): never => {
      const address = this.get(id)?.address
      if (address !== undefined) book?.markFailed(address)
      throw replaces === undefined ? host.errors.connectTimeout() : connectionTimeout(route, withinMs)
    }
    try {
      // Spread last: objects that get members behind those that were spread have a shape each.
      const step = { book, way: undefined, signal: making.signal, leavesOut: this.#greeter.leavesOut, ...request }
      const reached = reach(step, { context: this.#link.context, attempt: each => this.#attempt(each) })
      await withDeadline(reached, { clock, withinMs, onLate })
    } catch (error) {
      this.end(id)
      throw error
    } finally {
      this.#making = this.#making.filter(other => other !== making)
    }
  }

  /** Asks again for what RESET on a connection ends: notifications, and the name of the primary. */
  async askAgain(connection: Connection): Promise<void> {
    if (connection.greeting === 'left-out') return
    void askToNamePrimary(connection, this.#link.context)
    if (this.#optIn !== undefined) this.#link.onCapability(await askAgain(connection, this.#optIn), connection)
  }

  /** Runs something with an auxiliary connection to the node of a connection. */
  withAuxiliary<T>({ reached, address }: Connection, run: (send: SendOne) => Promise<T>): Promise<T> {
    const way = address === undefined ? undefined : { address, connectTimeoutMs: AUXILIARY_CONNECT_MS }
    return this.#aside({ route: toRoute(reached), way }, auxiliary => run(args => auxiliary.send(args)))
  }

  /** Resolves where the endpoint that a replica has named, or the configured one, leads to a primary, and rejects otherwise. */
  async findPrimary({ namedPrimary }: Pick<Connection, 'namedPrimary'>): Promise<void> {
    const { source } = this.#link.context.database
    const [endpoint = null] = (await source?.resolve()) ?? []
    if (source !== undefined || namedPrimary === undefined) return this.verifyPrimary(endpoint)
    return this.verifyPrimary(namedPrimary).catch(() => this.verifyPrimary(endpoint))
  }

  /** Resolves where a node, or the configured endpoint, is a primary, and rejects otherwise. */
  verifyPrimary(endpoint: Endpoint | null): Promise<void> {
    const { clock } = this.#link.context
    return this.#aside({ route: toRoute(endpoint), way: undefined }, made => inTime(assertPrimary(made), clock))
  }

  /** Resolves with what a node says of its part in the replication, and rejects where it cannot be asked. */
  lookAt(endpoint: Endpoint): Promise<Replication | undefined> {
    const { clock } = this.#link.context
    return this.#aside({ route: toRoute(endpoint), way: undefined }, made => inTime(askReplication(made), clock))
  }

  /** Ends a connection at once. */
  end(id: ConnectionId): void {
    this.#making.find(making => making.id === id)?.signal.abort()
    for (const connection of this.#alive) if (connection.id === id) this.#drop(connection)
  }

  /** Ends a connection once it has answered what it owes, or after so many milliseconds. */
  drain(connection: Connection, withinMs: number): void {
    void connection.fence(withinMs).finally(() => this.end(connection.id))
  }

  /** Ends all of them at once, and what they share. */
  endAll(): void {
    this.#greeter.stop()
    for (const { id } of [...this.#making, ...this.#alive]) this.end(id)
    this.#link.context.host.dispose?.()
  }

  /** The addresses of a request's route; `undefined` where there is no name. */
  #bookOf(route: Route): AddressBook | undefined {
    const { clock, target, database } = this.#link.context
    if (route.type === 'configured' || database.book?.isFor(route.endpoint.host) === true) return database.book
    return addressBookOf(clock, { ...target, ...route.endpoint, path: undefined })
  }

  /** Connects by one way. When it rejects, nothing is left of it. */
  async #attempt(step: Step): Promise<void> {
    const { host } = this.#link.context
    if (step.signal.aborted) throw host.errors.closed()
    const connection = this.#create(step)
    if (step.leavesOut) connection.greeting = 'left-out'
    try {
      await this.#attemptOn(connection, step)
    } catch (error) {
      if (!this.#greeter.failed(connection, error) || step.signal.aborted) throw error
      const unasked = this.#create(step)
      unasked.greeting = 'left-out'
      await this.#attemptOn(unasked, step)
    }
  }

  async #attemptOn(connection: Connection, step: Step): Promise<void> {
    const { host } = this.#link.context
    this.#link.session.subscriptions.expect(connection, step.replaces)
    try {
      await this.#prepare(connection, step)
      // It may have broken at the moment when it became ready.
      if (!connection.isReady) throw host.errors.closed()
      this.#greeter.succeeded(connection)
    } catch (error) {
      if (step.way !== undefined && isDead(error, host)) step.book?.markFailed(step.way.address)
      if (this.get(step.id) === connection) this.#drop(connection)
      throw error
    }
  }

  #aside<T>(to: Pick<Step, 'route' | 'way'>, run: (auxiliary: Connection) => Promise<T>): Promise<T> {
    this.#auxiliaries -= 1
    const made = this.#create({ id: this.#auxiliaries, ...to })
    const ready = inTime(made.connect(), this.#link.context.clock)
    return ready.then(() => run(made)).finally(() => this.end(made.id))
  }

  #drop(connection: Connection): void {
    this.#alive = this.#alive.filter(other => other !== connection)
    this.#link.session.subscriptions.forget(connection)
    for (const recorder of recorders) recorder.ended(connection, 'client')
    connection.destroy()
  }

  #create({ id, route, way }: Pick<Step, 'id' | 'route' | 'way'>): Connection {
    const { context, session, serving } = this.#link
    const plan = { id, route, way, database: session.database, keepsAlive: session.refed, tls: freshTls(context) }
    const connection = new Connection(context, plan, serving)
    for (const recorder of recorders) recorder.made(connection, context)
    // Unlike a list that was pushed to, this one has no room for more.
    this.#alive = this.#alive.concat(connection)
    return connection
  }

  async #prepare(connection: Connection, step: Step): Promise<void> {
    const { replaces, requirePrimary, way, signal, onLoading } = step
    const { clock, host, target } = this.#link.context
    const terms = { clock, errors: host.errors, connectTimeoutMs: (way ?? target).connectTimeoutMs }
    const capability = await shakeHands(connection, { mayLeaveOut: this.#greeter.mayLeaveOut, ...terms })
    const isServing = connection.firstAnswer === 'came' || connection.greeting === 'left-out'
    if (onLoading !== undefined && !isServing) await untilLoaded(connection, { signal, onLoading, ...terms })
    if (this.#optIn !== undefined && capability !== undefined) {
      assertCapability(capability, this.#optIn)
      this.#link.onCapability(capability, connection)
    }
    // There may be thousands of connections: what was asked in the handshake and is known now is not kept.
    connection.capability = undefined
    connection.firstAnswer = undefined
    connection.lastAnswer = undefined
    if (connection.server !== undefined) await askToNamePrimary(connection, this.#link.context)
    await this.#link.session.prepare(connection)
    if (replaces !== undefined) await assertServing(connection)
    if (requirePrimary === true) await assertPrimary(connection)
  }
}
