import { Connection, type ConnectionListener, connectionTimeout } from '../../adapters/node-redis/connection.js'
import { SharedCredentials } from '../../adapters/node-redis/credentials.js'
import type { HostClientFactory, HostModule } from '../../adapters/node-redis/host.js'
import type { ClientSettings } from '../../adapters/node-redis/options.js'
import type { Clock } from '../../base/clock.js'
import { withDeadline } from '../../base/deadline.js'
import type { Endpoint } from '../../base/endpoint.js'
import type { ConnectionId } from '../../core/decide/phase.js'
import type { Capability } from '../../core/events/maint-events.js'
import { type AddressBook, addressBookOf } from '../database/address-book.js'
import type { Session } from '../session/connection-session.js'
import { isUnreachable, isWorthAStep, stepTimeout, type Way } from './address-steps.js'
import { askAgain, askInHandshake, assertCapability, isNotServing, type OptIn, optInOf } from './notification-opt-in.js'
import { assertPrimary } from './role.js'

/** What the connections of one link are made of. */
export interface ConnectionsParts {
  readonly host: HostModule
  readonly createClient: HostClientFactory
  readonly settings: ClientSettings
  readonly clock: Clock
  readonly session: Session
  readonly listener: Omit<ConnectionListener, 'onConnect'>
  /** Told what the server answered to the wish for notifications. */
  readonly onCapability: (capability: Capability) => void
  /** The addresses of the configured name, shared by the slots of one database. Default: one of its own. */
  readonly book?: AddressBook | undefined
}

/** A connection to be made. */
export interface ConnectionRequest {
  readonly id: ConnectionId
  readonly endpoint: Endpoint | null
  /** Whether it is to replace a connection that serves; then it must prove that it can serve. */
  readonly replaces: Connection | undefined
  readonly withinMs: number
  /** Whether the server must be a primary. Default `false`. */
  readonly requirePrimary?: boolean | undefined
  /** Addresses to take only if no other is offered. */
  readonly avoid?: readonly string[] | undefined
}

/** The connection of a request to one of its addresses. */
interface Step extends ConnectionRequest {
  readonly way: Way | undefined
  /** Aborted when the request is given up. */
  readonly signal: AbortSignal
  readonly book: AddressBook | undefined
}

/** The connections of one link that have not ended: the one that serves, the next one, those that drain. */
export class Connections {
  readonly #parts: ConnectionsParts
  readonly #optIn: OptIn | undefined
  readonly #credentials: SharedCredentials
  readonly #book: AddressBook | undefined
  readonly #alive = new Map<ConnectionId, Connection>()
  /** What is being made: between two addresses nothing of it is alive. */
  readonly #making = new Map<ConnectionId, AbortController>()
  /** Siblings count downwards: they belong to no hand-off. */
  #auxiliaries = 0
  readonly #answers = new WeakMap<Connection, Promise<Capability>>()

  constructor(parts: ConnectionsParts) {
    this.#parts = parts
    this.#optIn = optInOf(parts.settings)
    this.#credentials = new SharedCredentials(parts.settings.hostOptions)
    this.#book = parts.book ?? addressBookOf(parts.clock, parts.settings.hostOptions.socket)
  }

  get(id: ConnectionId): Connection | undefined {
    return this.#alive.get(id)
  }

  [Symbol.iterator](): Iterator<Connection> {
    return [...this.#alive.values()][Symbol.iterator]()
  }

  /**
   * Connects and prepares a connection. Rejects, with the connection ended, when it fails or takes too long.
   *
   * A host name is resolved anew. Where it has several addresses, one after the other is tried until one is within reach;
   * the error is that of the last one.
   */
  async make(request: ConnectionRequest): Promise<void> {
    const { id, endpoint, withinMs } = request
    const book = this.#bookOf(endpoint)
    const making = new AbortController()
    this.#making.set(id, making)
    const onLate = (): never => {
      const address = this.#alive.get(id)?.peerAddress
      if (address !== undefined) book?.markFailed(address)
      throw connectionTimeout(endpoint, withinMs)
    }
    try {
      const reached = this.#reach({ ...request, book, way: undefined, signal: making.signal })
      await withDeadline(reached, { clock: this.#parts.clock, withinMs, onLate })
    } catch (error) {
      this.end(id)
      throw error
    } finally {
      if (this.#making.get(id) === making) this.#making.delete(id)
    }
  }

  /** Asks for notifications again: RESET on a connection takes the wish back. */
  async askAgain(connection: Connection): Promise<void> {
    if (this.#optIn !== undefined) this.#parts.onCapability(await askAgain(connection, this.#optIn))
  }

  /** Runs something with a further connection to the node that a connection is connected to. */
  async withAuxiliary<T>(
    { peer }: Connection,
    run: (send: (args: readonly string[]) => Promise<unknown>) => Promise<T>,
  ): Promise<T> {
    this.#auxiliaries -= 1
    const id = this.#auxiliaries
    const auxiliary = this.#create({ id, endpoint: peer, way: undefined }, undefined)
    try {
      await auxiliary.connect()
      return await run(args => auxiliary.client.sendCommand(args))
    } finally {
      this.end(id)
    }
  }

  /** Ends a connection at once. */
  end(id: ConnectionId): void {
    this.#making.get(id)?.abort()
    const connection = this.#alive.get(id)
    if (connection !== undefined) this.#drop(connection)
  }

  /** Ends all of them at once, and what they share. */
  endAll(): void {
    for (const id of [...this.#making.keys(), ...this.#alive.keys()]) this.end(id)
    this.#credentials.dispose()
  }

  /** The addresses of where a request leads; `undefined` where that has no name. */
  #bookOf(endpoint: Endpoint | null): AddressBook | undefined {
    if (endpoint === null || this.#book?.isFor(endpoint.host) === true) return this.#book
    return addressBookOf(this.#parts.clock, { ...this.#parts.settings.hostOptions.socket, host: endpoint.host })
  }

  async #reach(request: Step): Promise<void> {
    const { book, avoid, replaces, requirePrimary = false, withinMs } = request
    if (book === undefined) return this.#attempt(request)
    const { clock, settings, host } = this.#parts
    const startedAt = clock.now()
    const { addresses } = await book.resolve({ maxAgeMs: 0 })
    const spentMs = clock.now() - startedAt
    // While a connection serves, one that is being given up, or failed, is no better; but the primary may be any of them.
    const onlyBest = replaces !== undefined && !requirePrimary
    const ranked = book.rank(addresses, { avoid, onlyBest })
    const { connectTimeout } = settings.hostOptions.socket ?? {}
    for (const [index, address] of ranked.entries()) {
      const steps = ranked.length - index
      const leftMs = startedAt + withinMs - clock.now()
      const connectTimeoutMs = stepTimeout({ connectTimeout, spentMs, leftMs, steps })
      try {
        return await this.#attempt({ ...request, way: { address, connectTimeoutMs } })
      } catch (error) {
        if (steps === 1 || request.signal.aborted || !isWorthAStep(error, host)) throw error
      }
    }
  }

  /** Takes one way. Rejects with nothing left of it. */
  async #attempt(step: Step): Promise<void> {
    const { host } = this.#parts
    if (step.signal.aborted) throw new host.ClientClosedError()
    const connection = this.#create(step, this.#optIn)
    try {
      await this.#prepare(connection, step)
      // It may have broken in the very moment of becoming ready.
      if (!connection.isReady) throw new host.ClientClosedError()
    } catch (error) {
      if (step.way !== undefined && isUnreachable(error, host)) step.book?.markFailed(step.way.address)
      if (this.#alive.get(step.id) === connection) this.#drop(connection)
      throw error
    }
  }

  #drop(connection: Connection): void {
    this.#alive.delete(connection.id)
    this.#parts.session.subscriptions.forget(connection)
    connection.destroy()
  }

  #create({ id, endpoint, way }: Pick<Step, 'id' | 'endpoint' | 'way'>, optIn: OptIn | undefined): Connection {
    const { host, createClient, settings, session, listener } = this.#parts
    const onConnect = (connection: Connection): void => {
      if (optIn !== undefined) this.#answers.set(connection, askInHandshake(connection, optIn))
    }
    const options = this.#credentials.applyTo(session.optionsFrom(settings.hostOptions))
    const connection = new Connection({
      id,
      host,
      createClient,
      options,
      endpoint,
      way,
      tlsNameFromTarget: settings.maint.tlsNameFromTarget,
      clock: this.#parts.clock,
      listener: { ...listener, onConnect },
    })
    if (!session.refed) connection.client.unref()
    this.#alive.set(id, connection)
    return connection
  }

  async #prepare(connection: Connection, { replaces, requirePrimary }: ConnectionRequest): Promise<void> {
    await connection.connect()
    const capability = await this.#answers.get(connection)
    if (this.#optIn !== undefined && capability !== undefined) {
      assertCapability(capability, this.#optIn)
      this.#parts.onCapability(capability)
    }
    await this.#parts.session.prepare(connection, replaces)
    if (replaces !== undefined) await assertServing(connection)
    if (requirePrimary === true) await assertPrimary(connection)
  }
}

/** A server that shakes hands may still be loading its data; then the connection that serves is the better one. */
async function assertServing(connection: Connection): Promise<void> {
  try {
    await connection.ping()
  } catch (error) {
    // Any other refusal, such as an ACL without PING, comes from a server that does serve.
    if (isNotServing(error) || !connection.isReady) throw error
  }
}
