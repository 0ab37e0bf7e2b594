import { channel } from 'node:diagnostics_channel'
import type { EventEmitter } from 'node:events'
import { systemClock } from '../../base/clock.js'
import type { Hooks } from '../../core/events/hooks.js'
import { databaseKeyOf } from '../../engine/database/database-registry.js'
import { shareEvents } from '../../engine/link/events/shared-events.js'
import type { Link } from '../../engine/link/link.js'
import { createPoolMaint, type PoolMaint } from '../../engine/maint/pool-status.js'
import { Pool, type PoolParts, type PoolSettings } from '../../engine/pool/pool.js'
import type { PoolMember } from '../../engine/pool/pool-members.js'
import { PoolOpening } from '../../engine/pool/pool-opening.js'
import { openClient, type Surroundings } from './client.js'
import { type HostModule, mergeOptions } from './host-module.js'
import { type HostClient, type HostPool, prototypeOf } from './internals.js'
import { forHost, type TakenOptions } from './options.js'
import { assertPoolSupported, type KnownClass } from './seams.js'
import { shareFieldsets } from './telemetry.js'

/** A pool as the adapter makes it, whatever its static type. */
export type FacadePool = EventEmitter & { readonly maint: PoolMaint }

/** What a pool needs. */
export interface PoolRequest {
  readonly taken: TakenOptions
  readonly poolOptions: object
  readonly surroundings: Surroundings
}

const DEFAULTS: PoolSettings = { minimum: 1, maximum: 100, acquireTimeout: 3_000, cleanupDelay: 3_000 }

/** Makes a pool; it does not connect. Each of its clients is handed off by itself, and tells the pool. */
export function openPool(host: HostModule, request: PoolRequest): FacadePool {
  const { taken, poolOptions, surroundings } = request
  const { host: hostOptions, maint, target } = taken
  // The host's pool never connects. It offers the commands, which all end in `execute`.
  const pool = host.createClientPool({ ...hostOptions } as never, poolOptions as never) as unknown as HostPool
  assertPoolSupported(pool)
  const settings = { ...DEFAULTS, ...poolOptions }
  const { clock, errors } = surroundings
  const events = shareEvents(clock)
  const database = surroundings.databases.for(databaseKeyOf(target), { target, maint })
  const engine: Pool<PoolMember, Link> = new Pool({
    errors,
    clock,
    settings,
    createMember: createMembers({
      poolId: pool.identity?.id,
      open: (around, inCommon) =>
        openClient(host, takenByMember(taken, pool, inCommon), mergeOptions<Surroundings>(surroundings, around)),
      hooks: events.hooksOfEach,
      retire: client => engine.retire(client),
      onError: error => pool.emit('error', error),
    }),
  })
  const opening = new PoolOpening({
    ...{ pool: engine, size: settings.maximum, database, maint, clock, events },
    onClosed: () => pool.clientSideCache?.onPoolClose?.(),
  })
  const facts = { maint, host: target.host, clock, database, ...events }
  install(pool, { engine, opening, maint: createPoolMaint(facts, { engine, links: () => engine.links }) })
  return pool as unknown as FacadePool
}

/** The pool has prefixed the keys already, and its cache is shared by all members. So are the fieldsets of the first one. */
function takenByMember(taken: TakenOptions, { clientSideCache }: HostPool, shared: object): TakenOptions {
  const own = { keyPrefix: undefined, ...(clientSideCache !== undefined && { clientSideCache }), ...shared }
  return { ...taken, given: mergeOptions(taken.given, own), host: forHost(mergeOptions(taken.host, own)) }
}

interface MembersParts {
  /** The name of the pool in the host's traces and metrics. */
  readonly poolId: string | undefined
  readonly open: (around: Partial<Surroundings>, shared: object) => ReturnType<typeof openClient>
  readonly hooks: Hooks
  readonly retire: (client: PoolMember) => void
  readonly onError: (error: unknown) => void
}

/** Makes the clients of one pool, all of one class. */
function createMembers({
  poolId,
  open,
  hooks,
  retire,
  onError,
}: MembersParts): PoolParts<PoolMember, Link>['createMember'] {
  let known: KnownClass | undefined
  let shared: object | undefined
  return checkout => {
    // When a hand-off failed the connection will end soon. The pool makes a new client where it needs one.
    const onGivenUp = (): void => retire(member)
    const around = { hooks, checkout, onGivenUp, ...(known && { known }) }
    const { client, link, known: own } = open(around, shared ?? {})
    ;(client as unknown as HostClient)._setIdentity?.('poolMember', poolId)
    shared ??= shareFieldsets(client as unknown as HostClient)
    const member = client as unknown as PoolMember
    known = own
    client.on('error', onError)
    return { member, link }
  }
}

const WAITS = channel('node-redis:pool:connection-wait')

/** Tells the host's metrics how long a task has waited for its client, as the host does. It reads the time of the process. */
function tellWait<T>(fn: (member: PoolMember) => T): (member: PoolMember) => T {
  if (!WAITS.hasSubscribers) return fn
  const waitStartTimestamp = systemClock.now()
  return member => {
    WAITS.publish({ clientId: (member as unknown as HostClient)._clientId, waitStartTimestamp })
    return fn(member)
  }
}

function install(
  pool: HostPool,
  { engine, opening, maint }: { engine: Pool<PoolMember, Link>; opening: PoolOpening; maint: PoolMaint },
): void {
  const members = {
    maint,
    execute: <T>(fn: (member: PoolMember) => T | Promise<T>) => engine.execute(tellWait(fn)),
    async connect(): Promise<unknown> {
      await opening.connect()
      return this
    },
    close: () => opening.close(),
    destroy: () => opening.destroy(),
  }
  const state = ['isOpen', 'isClosing', 'idleClients', 'clientsInUse', 'totalClients', 'tasksQueueLength'] as const
  const read = state.map(name => [name, { get: () => engine[name], enumerable: true, configurable: true }] as const)
  const descriptors = { ...Object.getOwnPropertyDescriptors(members), ...Object.fromEntries(read) }
  Object.defineProperties(prototypeOf(pool), descriptors)
}
