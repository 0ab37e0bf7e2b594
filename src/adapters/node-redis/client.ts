import type { EventEmitter } from 'node:events'
import { emitSafely } from '../../base/emit-safely.js'
import type { Effect } from '../../core/decide/link-state.js'
import { EventStreams } from '../../core/events/event-stream.js'
import type { BareEvent } from '../../core/events/maint-events.js'
import { CommandBlocks } from '../../engine/commands/multi/command-blocks.js'
import type { Checkout } from '../../engine/connect/checkout.js'
import type { AzureSubscriber } from '../../engine/database/azure-channel.js'
import type { Context } from '../../engine/database/context.js'
import { DatabaseRegistry, databaseKeyOf } from '../../engine/database/database-registry.js'
import type { OpenSource } from '../../engine/database/primary-source.js'
import { createContext, type Shared } from '../../engine/link/client-context.js'
import { ClientEmitter } from '../../engine/link/events/client-emitter.js'
import { publish } from '../../engine/link/events/owned-messages.js'
import { Lifecycle, type LifecycleParts } from '../../engine/link/lifecycle.js'
import { Link } from '../../engine/link/link.js'
import type { ConnectFailure, LinkParts } from '../../engine/link/link-parts.js'
import { StandIn } from '../../engine/link/stand-in.js'
import { createMaint, type Maint } from '../../engine/maint/maint-status.js'
import type { ClientEvents, HostErrors } from '../../engine/ports.js'
import { createFacade, type FacadeParts, installFacade, type Makers, toHostShape } from './facade.js'
import { type HostModule, type HostOptions, mergeOptions } from './host-module.js'
import { factoryOf, type HostClient, impliedTimeoutOf } from './internals.js'
import { NodeRedisHost } from './node-redis-host.js'
import { forHost, type GivenOptions, settleOptions, type TakenOptions } from './options.js'
import { classFor, type KnownClass } from './seams.js'
import { leaveMetrics, type Shown, tellError, tellHost } from './telemetry.js'

/** A client as the adapter makes it. */
export type FacadeClient = EventEmitter & { readonly maint: Maint }

/** What a client may share with others, and how it makes more clients. */
export interface Surroundings extends Makers, Shared {
  readonly errors: HostErrors
  /** For a client of a pool, which counts in its place. */
  readonly checkout?: Checkout
  /** For a client of a pool: is told when its hand-off has failed and its connection will end soon. */
  readonly onGivenUp?: () => void
  /** The class of the object behind the facade; by default the one that the host has for its options. */
  readonly known?: KnownClass
  /** Where the client leads, in place of what its options say; the key is that of its database. */
  readonly source?: { readonly key: string; readonly open: OpenSource }
}

/**
 * Makes a client; it does not connect.
 *
 * @throws HitlessError `MAINT_UNSUPPORTED` or `HOST_UNSUPPORTED`.
 */
export function openClient(
  module: HostModule,
  taken: TakenOptions,
  surroundings: Surroundings,
): { readonly client: FacadeClient; readonly link: Link; readonly known: KnownClass } {
  const { known = classFor(module, taken.host) } = surroundings
  const { facade, link } = new OpenedClient(createFacade(known, taken.host), { module, taken, surroundings })
  return { client: facade as unknown as FacadeClient, link, known }
}

interface OpeningRequest {
  readonly module: HostModule
  readonly taken: TakenOptions
  readonly surroundings: Surroundings
}

/** What stands behind one client of the application, and is told what happens to it: one object, as there may be thousands. */
class OpenedClient implements FacadeParts, LinkParts, LifecycleParts, ClientEvents, Shown {
  readonly errors: HostErrors
  readonly host: NodeRedisHost
  readonly context: Context
  readonly link: Link
  readonly lifecycle: Lifecycle
  readonly socket: StandIn
  readonly blocks: CommandBlocks
  readonly given: GivenOptions
  readonly makers: Surroundings
  readonly openAzure: (() => AzureSubscriber) | undefined
  readonly facade: HostClient
  readonly #emitter: ClientEmitter
  readonly #tellsOfCache: boolean
  /** These are made when they are asked for: few applications do so for each client. */
  #maint: Maint | undefined
  #streams: EventStreams | undefined

  constructor(proper: HostClient, { module, taken, surroundings }: OpeningRequest) {
    const { given, maint, target } = taken
    const { errors, random, databases, source } = surroundings
    const { hostOptions: options, offReason } = settleOptions(module, optionsOf(proper), { maint, random })
    this.errors = errors
    this.given = given
    this.makers = surroundings
    this.#tellsOfCache = options.emitInvalidate === true
    this.host = new NodeRedisHost({
      module,
      errors,
      createClient: factoryOf(proper),
      options,
      tlsNameFromTarget: maint.tlsNameFromTarget,
      namesNoHost: source !== undefined,
      isClusterNode: surroundings.again !== undefined,
      impliedTimeoutMs: impliedTimeoutOf(proper),
      random,
      shown: this,
    })
    const database = databases.for(source?.key ?? databaseKeyOf(target), { target, maint, source: source?.open })
    this.context = createContext({ host: this.host, target, maint, offReason, database, first: this }, surroundings)
    if (maint.azureEvents === true) this.openAzure = openAzure.bind(undefined, module, taken, surroundings)
    this.link = new Link(this)
    this.lifecycle = new Lifecycle(this)
    this.socket = new StandIn(this.link, this.lifecycle)
    this.blocks = new CommandBlocks(this.link.path)
    this.facade = installFacade(proper, this)
    this.#emitter = new ClientEmitter(this.facade, this.lifecycle)
  }

  get client(): ClientEvents {
    return this
  }

  get checkout(): Checkout | undefined {
    return this.makers.checkout
  }

  get clientId(): string | undefined {
    return this.facade._clientId
  }

  get isOpen(): boolean {
    return this.lifecycle.isOpen
  }

  get maint(): Maint {
    this.#streams ??= new EventStreams(this.context.hooks)
    this.#maint ??= createMaint(this.context, this.#streams, this.link)
    return this.#maint
  }

  hear(event: BareEvent): void {
    tellHost(event, this)
  }

  leave(): void {
    leaveMetrics(this.facade)
  }

  onSettled(failure?: ConnectFailure): void {
    this.lifecycle.settle(failure)
  }

  onGivenUp(): void {
    this.makers.onGivenUp?.()
  }

  onEffect(effect: Effect): void {
    this.makers.onEffect?.(effect)
  }

  /** Nothing of the client is left. Listeners of a pool's client do not get in the way of the others. */
  onEnded(wasConnected: boolean): void {
    const closed = { clientId: this.clientId, reason: 'application_close', wasConnected }
    if (!wasConnected) publish('node-redis:connection:closed', () => closed)
    this.#streams?.endAll()
    this.leave()
    if (this.checkout === undefined) this.facade.emit('end')
    else emitSafely(this.facade, 'end')
  }

  reached(): void {
    this.#emitter.emit('connect')
  }

  connected(): void {
    this.#emitter.emit('ready')
  }

  reconnecting(): void {
    this.#emitter.emit('reconnecting')
  }

  failed(error: unknown): void {
    tellError(this.clientId, error, false)
    this.#emitter.emit('error', error)
  }

  terminated(error: unknown): void {
    this.#emitter.emit('terminated', error)
  }

  cacheDropped(): void {
    if (this.#tellsOfCache) this.#emitter.emit('invalidate', null)
  }

  hostEvent(event: string, args: readonly unknown[]): void {
    if (event !== 'sharded-channel-moved') return this.#emitter.emit(event, ...args)
    // The host knows one listener per channel, the link's. The application gets its own.
    const channel = String(args[0])
    const listeners = this.link.session.subscriptions.release('SHARDED', channel)
    this.#emitter.emit(event, channel, listeners && toHostShape(listeners))
  }
}

/** The options as the host has read them. There is one cache for all connections: typed commands read it in the facade. */
function optionsOf({ options, clientSideCache }: HostClient): HostOptions {
  return mergeOptions(options, clientSideCache && { clientSideCache })
}

/** Makes a client of its own for Azure's channel: with the same credentials, but nothing of the application's. */
function openAzure(host: HostModule, taken: TakenOptions, surroundings: Surroundings): AzureSubscriber {
  const { errors, clock, random, duplicate, createPool } = surroundings
  const { database: _, clientSideCache: __, pingInterval: ___, ...options } = taken.host
  const maint = { ...taken.maint, mode: 'disabled', azureEvents: false } as const
  // It is no member of the database.
  const databases = new DatabaseRegistry({ clock, random })
  const own = { errors, databases, clock, random, duplicate, createPool }
  return openClient(host, { ...taken, host: forHost(options), maint }, own).client as unknown as AzureSubscriber
}
