import type { EventEmitter } from 'node:events'
import type { Clock } from '../../base/clock.js'
import { emitSafely } from '../../base/emit-safely.js'
import type { Random } from '../../base/random.js'
import type { Effect } from '../../core/decide/link-state.js'
import { EventStreams } from '../../core/events/event-stream.js'
import type { Hooks } from '../../core/events/hooks.js'
import { createTell } from '../../core/events/tell.js'
import { CommandBlocks } from '../../engine/commands/command-blocks.js'
import type { Checkout } from '../../engine/connect/checkout.js'
import type { AzureSubscriber } from '../../engine/database/azure-channel.js'
import type { Context } from '../../engine/database/context.js'
import type { Database } from '../../engine/database/database.js'
import { DatabaseRegistry, databaseKeyOf } from '../../engine/database/database-registry.js'
import type { OpenSource } from '../../engine/database/primary-source.js'
import { createEmitToApplication } from '../../engine/link/client-emitter.js'
import { createPublishedHooks } from '../../engine/link/event-channels.js'
import { Lifecycle } from '../../engine/link/lifecycle.js'
import { Link } from '../../engine/link/link.js'
import { createMaint, type Maint } from '../../engine/link/maint-status.js'
import { publish } from '../../engine/link/owned-messages.js'
import type { ClientEvents, HostErrors } from '../../engine/ports.js'
import { type FacadeParts, installFacade, toHostShape } from './facade.js'
import { NodeRedisHost } from './host.js'
import { type HostModule, type HostOptions, mergeOptions } from './host-module.js'
import { createHostClient, factoryOf, type HostClient, type HostClientFactory, impliedTimeoutOf } from './internals.js'
import { forHost, type GivenOptions, settleOptions, type TakenOptions } from './options.js'
import { assertHostSupported } from './seams.js'
import { leaveMetrics, StandIn, tellError, tellHost } from './telemetry.js'

/** A client as the adapter makes it. */
export type FacadeClient = EventEmitter & { readonly maint: Maint }

/** What a client may share with others, and how it makes more clients. */
export interface Surroundings {
  /** The hooks for its events. By default each client has its own. */
  readonly hooks?: Hooks
  readonly errors: HostErrors
  /** What the clients of each database share. */
  readonly databases: DatabaseRegistry
  readonly clock: Clock
  readonly random: Random
  /** For a client of a pool, which counts in its place. */
  readonly checkout?: Checkout
  /** For a client of a pool: is told when its hand-off has failed and its connection will end soon. */
  readonly onGivenUp?: () => void
  /** For a client of a cluster: is told what its link decides. */
  readonly onEffect?: (effect: Effect) => void
  /** For a client of a cluster: sends what its node has refused where it belongs. */
  readonly again?: FacadeParts['again']
  /** Makes the object behind the facade; by default the host does, with a class per set of options. */
  readonly factory?: HostClientFactory
  /** Where the client leads, in place of what its options say; the key is that of its database. */
  readonly source?: { readonly key: string; readonly open: OpenSource }
  readonly duplicate: (options: GivenOptions) => unknown
  readonly createPool: (options: GivenOptions, poolOptions: object | undefined) => unknown
}

/**
 * Makes a client; it does not connect.
 *
 * @throws HitlessError `MAINT_UNSUPPORTED` or `HOST_UNSUPPORTED`.
 */
export function openClient(
  host: HostModule,
  taken: TakenOptions,
  surroundings: Surroundings,
): { readonly client: FacadeClient; readonly link: Link; readonly factory: HostClientFactory } {
  const { given, maint, target, host: plain } = taken
  const client = createHostClient(host, plain, surroundings.factory)
  assertHostSupported(host, client)
  // One cache for all connections: typed commands read it here, and each connection is told of changes.
  const cache = client.clientSideCache && { clientSideCache: client.clientSideCache }
  const { errors, clock, random, checkout, onGivenUp, hooks = createPublishedHooks(clock) } = surroundings
  const { hostOptions, offReason } = settleOptions(host, mergeOptions(client.options, cache), { maint, random })
  const factory = factoryOf(client)
  const database = databaseOf(taken, surroundings)
  const { tlsNameFromTarget, handoffWorkers: workers, handoffQueueSize: queueSize } = maint
  const shared = { module: host, errors, createClient: factory, options: hostOptions }
  const shown = { clientId: client._clientId, isOpen: () => lifecycle.isOpen }
  const own = { impliedTimeoutMs: impliedTimeoutOf(client), shown, namesNoHost: surroundings.source !== undefined }
  const nodeRedis = new NodeRedisHost({ ...shared, ...own, tlsNameFromTarget, random })
  const tell = createTell(hooks, clock, event => tellHost(event, client._clientId))
  const streams = new EventStreams(hooks)
  const context: Context = { host: nodeRedis, target, clock, random, hooks, tell, maint, offReason, database }
  const link: Link = new Link({
    context,
    client: clientEvents(client, { hostOptions, lifecycle: () => lifecycle, link: () => link }),
    weight: checkout === undefined ? { workers, queueSize } : undefined,
    checkout,
    openAzure: maint.azureEvents === true ? openAzure.bind(undefined, host, taken, surroundings) : undefined,
    onSettled: failure => lifecycle.settle(failure),
    onGivenUp: () => onGivenUp?.(),
    ...(surroundings.onEffect && { onEffect: surroundings.onEffect }),
  })
  const lifecycle: Lifecycle = new Lifecycle({ errors, link, onEnded: end.bind(undefined, client, streams, checkout) })
  installFacade(client, {
    host: nodeRedis,
    link,
    lifecycle,
    socket: new StandIn(link, lifecycle),
    leave: () => leaveMetrics(client),
    blocks: new CommandBlocks(link.path),
    createMaint: () => createMaint({ maint, host: target.host, clock, hooks, streams, database }, link),
    given,
    makers: surroundings,
    again: surroundings.again,
  })
  return { client: client as unknown as FacadeClient, link, factory }
}

function databaseOf({ target, maint }: TakenOptions, { databases, source }: Surroundings): Database {
  return databases.for(source?.key ?? databaseKeyOf(target), { target, maint, source: source?.open })
}

/** Nothing of a client is left. It tells that, and listeners of a pool's client do not get in the way of the others. */
function end(client: HostClient, streams: EventStreams, checkout: Checkout | undefined, wasConnected: boolean) {
  const closed = { clientId: client._clientId, reason: 'application_close', wasConnected }
  if (!wasConnected) publish('node-redis:connection:closed', () => closed)
  streams.endAll()
  leaveMetrics(client)
  if (checkout === undefined) client.emit('end')
  else emitSafely(client, 'end')
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

/** Emits what the application's client is told, as the host's own events. */
function clientEvents(
  client: HostClient,
  { hostOptions, lifecycle, link }: { hostOptions: HostOptions; lifecycle: () => Lifecycle; link: () => Link },
): ClientEvents {
  const emit = createEmitToApplication(client, thrown => lifecycle().refuse(thrown))
  return {
    reached: () => emit('connect'),
    connected: () => emit('ready'),
    reconnecting: () => emit('reconnecting'),
    failed: error => {
      tellError(client._clientId, error, false)
      emit('error', error)
    },
    terminated: error => emit('terminated', error),
    cacheDropped: () => {
      if (hostOptions.emitInvalidate === true) emit('invalidate', null)
    },
    hostEvent: (event, args) => {
      if (event !== 'sharded-channel-moved') return emit(event, ...args)
      // The host knows one listener per channel, the link's. The application gets its own.
      const channel = String(args[0])
      const listeners = link().session.subscriptions.release('SHARDED', channel)
      emit(event, channel, listeners && toHostShape(listeners))
    },
  }
}
