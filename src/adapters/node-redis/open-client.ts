import type { EventEmitter } from 'node:events'
import { systemClock } from '../../base/clock.js'
import { systemRandom } from '../../base/random.js'
import { createHooks, type Hooks } from '../../core/events/hooks.js'
import type { Checkout } from '../../engine/connect/checkout.js'
import type { AzureSubscriber } from '../../engine/database/azure-channel.js'
import { Databases } from '../../engine/database/database.js'
import { hostOf } from '../../engine/database/database-registry.js'
import type { LinkListener } from '../../engine/link/current-connection.js'
import { Lifecycle } from '../../engine/link/lifecycle.js'
import { Link } from '../../engine/link/link.js'
import { createMaint, type Maint } from '../../engine/link/maint-status.js'
import { installFacade } from './facade.js'
import { createHostClient, factoryOf, type HostClientFactory, type HostModule, type HostOptions } from './host.js'
import { assertHostSupported, type HostClient } from './internals.js'
import { type GivenOptions, settleOptions, takeOptions, toMaintOptions } from './options.js'

/** A client as the adapter makes it, whatever its static type. */
export type FacadeClient = EventEmitter & { readonly maint: Maint }

/** What a client may share with others, and how it makes more. */
export interface Surroundings {
  /** Who is told of maintenance; by default each client has listeners of its own. */
  readonly hooks?: Hooks
  /** What the clients of each database share. */
  readonly databases: Databases
  /** Of a client of a pool, which counts for it. */
  readonly checkout?: Checkout
  /** Makes the object behind the facade; by default the host does, with a class per set of options. */
  readonly createTarget?: HostClientFactory
  readonly duplicate: (options: GivenOptions) => unknown
  readonly createPool: (options: GivenOptions, poolOptions: object | undefined) => unknown
}

/** A client, and what is behind it. */
export interface OpenedClient {
  readonly client: FacadeClient
  readonly link: Link
  readonly createTarget: HostClientFactory
}

/**
 * Makes a client; it does not connect.
 *
 * @throws HitlessError `OPTIONS_INVALID`, `MAINT_UNSUPPORTED` or `HOST_UNSUPPORTED`.
 */
export function openClient(host: HostModule, options: GivenOptions, surroundings: Surroundings): OpenedClient {
  const given = { ...options }
  const { maint, host: hostOptions } = takeOptions(given)
  const client = createTarget(host, hostOptions, surroundings.createTarget)
  assertHostSupported(client)
  // One cache for all connections: typed commands read it here, and each connection is told of changes.
  const cache = client.clientSideCache && { clientSideCache: client.clientSideCache }
  const settings = settleOptions(host, { ...client.options, ...cache }, maint)
  const { hooks = createHooks(), databases, checkout, duplicate, createPool } = surroundings
  const listener: LinkListener = {
    announce: (event, ...args) => announce(lifecycle, client, [event, ...args]),
    settled: failure => lifecycle.settle(failure),
  }
  const create = factoryOf(client)
  const { handoffWorkers: workers, handoffQueueSize: queueSize } = maint
  const database = databases.for(settings)
  const link = new Link({
    host,
    createClient: create,
    clock: systemClock,
    random: systemRandom,
    hooks,
    settings,
    listener,
    database,
    share: checkout === undefined ? { workers, queueSize } : undefined,
    checkout,
    openAzure: maint.azureEvents === true ? () => openAzure(host, given, surroundings) : undefined,
  })
  const lifecycle = new Lifecycle({ host, link, client, announce: event => emitSafely(client, [event]) })
  installFacade(client, {
    link,
    lifecycle,
    maint: createMaint({ maint, host: hostOf(hostOptions), clock: systemClock, hooks, database }, link),
    duplicate: overrides => duplicate({ ...given, ...overrides }),
    createPool: poolOptions => createPool(given, poolOptions),
  })
  return { client: client as unknown as FacadeClient, link, createTarget: create }
}

/** A client of its own for Azure's channel: with the same credentials, but nothing of the application's. */
function openAzure(host: HostModule, given: GivenOptions, { duplicate, createPool }: Surroundings): AzureSubscriber {
  const maint = { ...toMaintOptions(given.maintNotifications), mode: 'disabled', azureEvents: false } as const
  const { database: _, clientSideCache: __, pingInterval: ___, ...options } = given
  // It does not count among those for whom it listens.
  const databases = new Databases({ clock: systemClock, random: systemRandom })
  const { client } = openClient(host, { ...options, maintNotifications: maint }, { databases, duplicate, createPool })
  return client as unknown as AzureSubscriber
}

function createTarget(host: HostModule, options: HostOptions, create: HostClientFactory | undefined): HostClient {
  // The host hands out an object that inherits from the client proper; the facade relies on it.
  return create === undefined ? createHostClient(host, options) : Object.create(create({ ...options }))
}

type HostEvent = readonly [name: string, ...args: readonly unknown[]]

function announce(lifecycle: Lifecycle, client: EventEmitter, [name, ...args]: HostEvent): void {
  // Nobody would learn of further attempts: like the host's, the promise of `connect` tells of the first failure.
  if (name === 'error' && lifecycle.isConnecting && client.listenerCount('error') === 0) lifecycle.giveUp(args[0])
  else emitSafely(client, [name, ...args])
}

/** Emits an event of the host. What a listener throws is the process's business, as with the host, but not ours. */
function emitSafely(client: EventEmitter, [name, ...args]: HostEvent): void {
  try {
    client.emit(name, ...args)
  } catch (error) {
    process.nextTick(() => {
      throw error
    })
  }
}
