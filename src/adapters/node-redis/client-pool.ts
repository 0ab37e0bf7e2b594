import type { EventEmitter } from 'node:events'
import { EventStreams } from '../../core/events/event-stream.js'
import { createHooks, type Hooks } from '../../core/events/hooks.js'
import { oncePerEvent } from '../../core/events/once-per-event.js'
import { createTell } from '../../core/events/tell.js'
import type { Database } from '../../engine/database/database.js'
import { databaseKeyOf } from '../../engine/database/database-registry.js'
import type { QueueWeight } from '../../engine/database/handoff-queue.js'
import { EventForwarder } from '../../engine/link/event-forwarder.js'
import type { Link } from '../../engine/link/link.js'
import type { PoolMember } from '../../engine/pool/members.js'
import { Pool, type PoolParts, type PoolSettings } from '../../engine/pool/pool.js'
import { createPoolMaint, type PoolMaint } from '../../engine/pool/pool-status.js'
import { openClient, type Surroundings } from './client.js'
import { hostErrors } from './host.js'
import { type HostModule, targetOf } from './host-module.js'
import { type HostClientFactory, prototypeOf } from './internals.js'
import { forHost, type TakenOptions } from './options.js'

/** A pool as the adapter makes it, whatever its static type. */
export type FacadePool = EventEmitter & { readonly maint: PoolMaint }

/** What a pool is made by. */
export interface PoolRequest {
  readonly taken: TakenOptions
  readonly poolOptions: object
  readonly surroundings: Surroundings
}

const DEFAULTS: PoolSettings = { minimum: 1, maximum: 100, acquireTimeout: 3_000, cleanupDelay: 3_000 }

/** Makes a pool; it does not connect. Its clients are handed off each by itself, and tell their pool. */
export function openPool(host: HostModule, request: PoolRequest): FacadePool {
  const { taken, poolOptions, surroundings } = request
  const { host: hostOptions, maint } = taken
  // The host's pool never connects: it makes the commands, which all end in `execute`.
  const pool = host.createClientPool({ ...hostOptions } as never, poolOptions as never) as unknown as HostPool
  const slots = new Map<PoolMember, Link>()
  const settings = { ...DEFAULTS, ...poolOptions }
  const { clock, lookup } = surroundings
  const target = targetOf(hostOptions, lookup)
  const hooks = createHooks(clock)
  const streams = new EventStreams(hooks)
  const database = surroundings.databases.for(databaseKeyOf(target), { target, maint })
  const engine: Pool<PoolMember> = new Pool({
    errors: hostErrors(host),
    clock,
    settings,
    createMember: createMembers({
      open: around => openClient(host, takenByMember(taken, pool), { ...surroundings, ...around }),
      hooks: oncePerEvent(hooks, clock),
      retire: client => engine.retire(client),
      onError: error => pool.emit('error', error),
      slots,
    }),
    forget: client => slots.delete(client),
    relaxedMs: () => relaxedIn(slots.values()),
  })
  const share = { slots: settings.maximum, workers: maint.handoffWorkers, queueSize: maint.handoffQueueSize }
  install(pool, engine, {
    maint: createPoolMaint(
      { maint, host: target.host, clock, hooks, streams, database },
      { engine, slots: () => [...slots.values()] },
    ),
    ...opening(pool, engine, {
      database,
      share,
      streams,
      forwarder: new EventForwarder(clock, createTell(hooks, clock)),
    }),
  })
  return pool as unknown as FacadePool
}

/** The part of the host's pool that is used. */
type HostPool = EventEmitter & { readonly clientSideCache: { onPoolClose?(): void } | undefined }

/** The pool has prefixed the keys already, and its cache is shared by all members. */
function takenByMember(taken: TakenOptions, { clientSideCache }: HostPool): TakenOptions {
  const own = { keyPrefix: undefined, ...(clientSideCache !== undefined && { clientSideCache }) }
  return { ...taken, given: { ...taken.given, ...own }, host: forHost({ ...taken.host, ...own }) }
}

/** What timeouts are raised to in the connections of a pool, where they are in any. */
function relaxedIn(slots: Iterable<Link>): number | undefined {
  const raised = [...slots].flatMap(({ dispatcher }) => dispatcher.relaxedMs ?? [])
  return raised.length === 0 ? undefined : Math.max(...raised)
}

interface MembersParts {
  readonly open: (around: Partial<Surroundings>) => ReturnType<typeof openClient>
  readonly hooks: Hooks
  readonly retire: (client: PoolMember) => void
  readonly onError: (error: unknown) => void
  readonly slots: Map<PoolMember, Link>
}

/** Makes the clients of one pool, all of one class. */
function createMembers({ open, hooks, retire, onError, slots }: MembersParts): PoolParts<PoolMember>['createMember'] {
  let createTarget: HostClientFactory | undefined
  return checkout => {
    // A connection that could not be left is about to end; a new one is rather made where it is needed.
    const onGivenUp = (): void => retire(member)
    const around = { hooks, checkout, onGivenUp, ...(createTarget && { createTarget }) }
    const { client, link, createTarget: create } = open(around)
    const member = client as unknown as PoolMember
    createTarget = create
    client.on('error', onError)
    slots.set(member, link)
    return { member, serves: () => link.dispatcher.current !== undefined }
  }
}

/** Opening and closing a pool: while it is open, its clients count in their queue. */
function opening(
  pool: HostPool,
  engine: Pool<PoolMember>,
  {
    database,
    share,
    streams,
    forwarder,
  }: { database: Database; share: QueueWeight; streams: EventStreams; forwarder: EventForwarder },
): object {
  const closed = (): void => {
    database.leave(forwarder)
    streams.endAll()
    pool.clientSideCache?.onPoolClose?.()
  }
  return {
    async connect() {
      database.join(forwarder, share)
      try {
        await engine.connect()
      } catch (error) {
        closed()
        throw error
      }
      return pool
    },
    close: () => engine.close().finally(closed),
    destroy: () => {
      engine.destroy()
      closed()
    },
  }
}

function install(pool: HostPool, engine: Pool<PoolMember>, others: object): void {
  const members = {
    execute: <T>(fn: (member: PoolMember) => T | Promise<T>) => engine.execute(fn),
    get isOpen(): boolean {
      return engine.isOpen
    },
    get isClosing(): boolean {
      return engine.isClosing
    },
    get idleClients(): number {
      return engine.idleClients
    },
    get clientsInUse(): number {
      return engine.clientsInUse
    },
    get totalClients(): number {
      return engine.totalClients
    },
    get tasksQueueLength(): number {
      return engine.tasksQueueLength
    },
    ...others,
  }
  Object.defineProperties(prototypeOf(pool), Object.getOwnPropertyDescriptors(members))
}
