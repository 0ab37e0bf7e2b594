import type { EventEmitter } from 'node:events'
import { systemClock } from '../../../base/clock.js'
import { createHooks } from '../../../core/hooks.js'
import { HandoffLane } from '../handoff-lane.js'
import type { HostClientFactory, HostModule } from '../host.js'
import { openClient, type Surroundings } from '../open-client.js'
import { type GivenOptions, takeOptions } from '../options.js'
import type { NodeRedisSlot } from '../slot.js'
import { PoolEngine, type PoolMember, type PoolSettings } from './engine.js'
import { createPoolMaint, type PoolMaint } from './pool-maint.js'

/** A pool as the adapter makes it, whatever its static type. */
export type FacadePool = EventEmitter & { readonly maint: PoolMaint }

/** What a pool is made by. */
export interface PoolRequest {
  readonly options: GivenOptions
  readonly poolOptions: object
  readonly surroundings: Surroundings
}

const DEFAULTS: PoolSettings = { minimum: 1, maximum: 100, acquireTimeout: 3_000, cleanupDelay: 3_000 }

/** Makes a pool; it does not connect. Its clients are handed off each by itself, and tell their pool. */
export function openPool(host: HostModule, { options, poolOptions, surroundings }: PoolRequest): FacadePool {
  const given = { ...options }
  const { host: hostOptions, maint } = takeOptions(given)
  // The host's pool never connects: it makes the commands, which all end in `execute`.
  const pool = host.createClientPool({ ...hostOptions } as never, poolOptions as never) as unknown as HostPool
  const hooks = createHooks()
  const slots = new Map<PoolMember, NodeRedisSlot>()
  const settings = { ...DEFAULTS, ...poolOptions }
  const lane = new HandoffLane(systemClock, settings.maximum)
  let createTarget: HostClientFactory | undefined
  const createMember = (): PoolMember => {
    const member = openClient(host, memberOptions(given, pool), {
      ...surroundings,
      hooks,
      lane,
      ...(createTarget && { createTarget }),
    })
    createTarget = member.createTarget
    member.client.on('error', error => pool.emit('error', error))
    const client = member.client as unknown as PoolMember
    slots.set(client, member.slot)
    return client
  }
  const engine = new PoolEngine({
    host,
    clock: systemClock,
    settings,
    createMember,
    forget: client => slots.delete(client),
  })
  install(pool, engine, createPoolMaint(maint.mode, hooks, { engine, lane, slots: () => [...slots.values()] }))
  return pool as unknown as FacadePool
}

/** The part of the host's pool that is used. */
type HostPool = EventEmitter & { readonly clientSideCache: unknown }

/** The pool has prefixed the keys already, and its cache is shared by all members. */
function memberOptions(given: GivenOptions, { clientSideCache }: HostPool): GivenOptions {
  return { ...given, keyPrefix: undefined, ...(clientSideCache !== undefined && { clientSideCache }) }
}

function install(pool: HostPool, engine: PoolEngine<PoolMember>, maint: PoolMaint): void {
  const members = {
    execute: <T>(fn: (member: PoolMember) => T | Promise<T>) => engine.execute(fn),
    async connect() {
      await engine.connect()
      return pool
    },
    close: () => engine.close(),
    destroy: () => engine.destroy(),
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
    get maint(): PoolMaint {
      return maint
    },
  }
  // The host hands out an object that inherits from the pool proper; the views that it derives inherit from that one.
  Object.defineProperties(Object.getPrototypeOf(pool), Object.getOwnPropertyDescriptors(members))
}
