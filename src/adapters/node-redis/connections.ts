import type { Clock } from '../../base/clock.js'
import { withDeadline } from '../../base/deadline.js'
import type { Endpoint } from '../../base/endpoint.js'
import type { Capability } from '../../core/events.js'
import type { Generation } from '../../core/slot-state.js'
import { SharedCredentials } from './credentials.js'
import { ConnectionGeneration, connectionTimeout, type GenerationListener } from './generation.js'
import type { HostClientFactory, HostModule } from './host.js'
import { askAgain, askInHandshake, assertCapability, isNotServing, type OptIn, optInOf } from './opt-in.js'
import type { ClientSettings } from './options.js'
import type { Session } from './session.js'

/** What the connections of one slot are made of. */
export interface ConnectionsParts {
  readonly host: HostModule
  readonly createClient: HostClientFactory
  readonly settings: ClientSettings
  readonly clock: Clock
  readonly session: Session
  readonly listener: Omit<GenerationListener, 'onConnect'>
  /** Told what the server answered to the wish for notifications. */
  readonly onCapability: (capability: Capability) => void
}

/** A connection to be made. */
export interface ConnectionRequest {
  readonly id: Generation
  readonly endpoint: Endpoint | null
  /** Whether it is to replace a connection that serves; then it must prove that it can serve. */
  readonly replaces: ConnectionGeneration | undefined
  readonly withinMs: number
}

/** The connections of one slot that have not ended: the one that serves, the next one, those that drain. */
export class Connections {
  readonly #parts: ConnectionsParts
  readonly #optIn: OptIn | undefined
  readonly #credentials: SharedCredentials
  readonly #alive = new Map<Generation, ConnectionGeneration>()
  /** Siblings count downwards: they belong to no hand-off. */
  #siblings = 0
  readonly #answers = new WeakMap<ConnectionGeneration, Promise<Capability>>()

  constructor(parts: ConnectionsParts) {
    this.#parts = parts
    this.#optIn = optInOf(parts.settings)
    this.#credentials = new SharedCredentials(parts.settings.connection)
  }

  get(id: Generation): ConnectionGeneration | undefined {
    return this.#alive.get(id)
  }

  [Symbol.iterator](): Iterator<ConnectionGeneration> {
    return [...this.#alive.values()][Symbol.iterator]()
  }

  /** Connects and prepares a generation. Rejects, with the generation ended, when it fails or takes too long. */
  async make(request: ConnectionRequest): Promise<void> {
    const { id, endpoint, withinMs } = request
    const generation = this.#create(id, endpoint, this.#optIn)
    const onLate = (): never => {
      throw connectionTimeout(endpoint, withinMs)
    }
    try {
      await withDeadline(this.#prepare(generation, request), { clock: this.#parts.clock, withinMs, onLate })
      // It may have broken in the very moment of becoming ready.
      if (!generation.isReady) throw new this.#parts.host.ClientClosedError()
    } catch (error) {
      this.end(id)
      throw error
    }
  }

  /** Asks for notifications again: RESET on a connection takes the wish back. */
  async askAgain(generation: ConnectionGeneration): Promise<void> {
    if (this.#optIn !== undefined) this.#parts.onCapability(await askAgain(generation, this.#optIn))
  }

  /** Runs something with a further connection to the node that a generation is connected to. */
  async withSibling<T>(
    { peer }: ConnectionGeneration,
    run: (send: (args: readonly string[]) => Promise<unknown>) => Promise<T>,
  ): Promise<T> {
    this.#siblings -= 1
    const id = this.#siblings
    const sibling = this.#create(id, peer, undefined)
    try {
      await sibling.connect()
      return await run(args => sibling.client.sendCommand(args))
    } finally {
      this.end(id)
    }
  }

  /** Ends a connection at once. */
  end(id: Generation): void {
    const generation = this.#alive.get(id)
    if (generation === undefined) return
    this.#alive.delete(id)
    this.#parts.session.subscriptions.forget(generation)
    generation.destroy()
  }

  /** Ends all of them at once, and what they share. */
  endAll(): void {
    for (const { id } of this) this.end(id)
    this.#credentials.dispose()
  }

  #create(id: Generation, endpoint: Endpoint | null, optIn: OptIn | undefined): ConnectionGeneration {
    const { host, createClient, settings, session, listener } = this.#parts
    const onConnect = (generation: ConnectionGeneration): void => {
      if (optIn !== undefined) this.#answers.set(generation, askInHandshake(generation, optIn))
    }
    const options = this.#credentials.applyTo(session.optionsFrom(settings.connection))
    const generation = new ConnectionGeneration({
      id,
      host,
      createClient,
      options,
      endpoint,
      tlsNameFromTarget: settings.maint.tlsNameFromTarget,
      listener: { ...listener, onConnect },
    })
    if (!session.refed) generation.client.unref()
    this.#alive.set(id, generation)
    return generation
  }

  async #prepare(generation: ConnectionGeneration, { replaces }: ConnectionRequest): Promise<void> {
    await generation.connect()
    const capability = await this.#answers.get(generation)
    if (this.#optIn !== undefined && capability !== undefined) {
      assertCapability(capability, this.#optIn)
      this.#parts.onCapability(capability)
    }
    await this.#parts.session.prepare(generation, replaces)
    if (replaces !== undefined) await assertServing(generation)
  }
}

/** A server that shakes hands may still be loading its data; then the connection that serves is the better one. */
async function assertServing(generation: ConnectionGeneration): Promise<void> {
  try {
    await generation.ping()
  } catch (error) {
    // Any other refusal, such as an ACL without PING, comes from a server that does serve.
    if (isNotServing(error) || !generation.isReady) throw error
  }
}
