import { createHash } from 'node:crypto'
import { isIP } from 'node:net'
import { type Clock, systemClock } from '../../base/clock.js'
import { canonicalHost, type Endpoint, printEndpoint } from '../../base/endpoint.js'
import { type Random, systemRandom } from '../../base/random.js'
import type { Target } from '../../core/target.js'
import { Database, type DatabaseParts, type DatabaseSettings } from './database.js'
import type { HandoffQueue } from './handoffs/handoff-queue.js'
import { HandoffQueues } from './handoffs/handoff-queues.js'

/** The databases that a process uses, each shared by all clients and pools that name its key. */
export class DatabaseRegistry {
  readonly #parts: DatabaseParts
  readonly #queues: HandoffQueues
  readonly #byQueue = new WeakMap<HandoffQueue, Database>()

  constructor(parts: DatabaseParts) {
    this.#parts = parts
    this.#queues = new HandoffQueues(parts.clock)
  }

  /**
   * The database of a key.
   *
   * @param key - Clients with the same key share turns, limits, addresses and availability; see {@link databaseKeyOf}.
   */
  for(key: string, settings: DatabaseSettings): Database {
    const queue = this.#queues.queueFor(key, homeOf(settings.target))
    const database = this.#byQueue.get(queue) ?? new Database(this.#parts, queue, settings)
    this.#byQueue.set(queue, database)
    return database
  }
}

const PROCESS_WIDE = Symbol.for('redis-hitless.databases.1')

/** The databases of this process: the same for every adapter, and for every copy of this library. */
export function processDatabases(): DatabaseRegistry {
  const shared = globalThis as { [PROCESS_WIDE]?: DatabaseRegistry }
  shared[PROCESS_WIDE] ??= new DatabaseRegistry({ clock: systemClock, random: systemRandom })
  return shared[PROCESS_WIDE]
}

/**
 * The databases of an adapter: those of the process. With a clock or randomness of its own, its clients share them only with each
 * other.
 */
export function databasesOf(given: { readonly clock?: Clock; readonly random?: Random }): DatabaseRegistry {
  if (given.clock === undefined && given.random === undefined) return processDatabases()
  const { clock = systemClock, random = systemRandom } = given
  return new DatabaseRegistry({ clock, random })
}

/**
 * The key of the database that a target leads to. It is the same for the same host, port, use of TLS, lookup function
 * and lookup options.
 */
export function databaseKeyOf(target: Target): string {
  const { host, path, tls, lookup, family, hints } = target
  if (path !== undefined) return `unix://${path}`
  const scheme = tls ? 'rediss' : 'redis'
  const asked =
    host !== undefined && isIP(host) !== 0 ? '' : ` ${numberOf(lookup)} ${String(family ?? 0)}/${String(hints ?? 0)}`
  return `${scheme}://${printEndpoint(homeOf(target))}${asked}`
}

/**
 * What a key has of a way to servers that its target does not tell, such as a password, certificates or a map of addresses.
 * Nothing can be read from it.
 */
export function digestOf(way: readonly unknown[]): string {
  const told = (_: string, value: unknown): unknown => (isOpaque(value) ? `object ${numberOf(value)}` : value)
  return createHash('sha256').update(JSON.stringify(way, told)).digest('hex').slice(0, 16)
}

/** Functions, and objects of classes, of which nothing but themselves tells what they do. */
function isOpaque(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return typeof value === 'function'
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype !== Object.prototype && prototype !== null
}

function homeOf({ host = 'localhost', port, path }: Target): Endpoint {
  return path === undefined ? { host: canonicalHost(host), port } : { host: path, port: 0 }
}

const LOOKUPS = Symbol.for('redis-hitless.lookups.1')

/** A number for each function or other object, the same for another copy of this library. */
function numberOf(lookup: object | undefined): number {
  if (lookup === undefined) return 0
  const shared = globalThis as { [LOOKUPS]?: { count: number; readonly numbers: WeakMap<object, number> } }
  shared[LOOKUPS] ??= { count: 0, numbers: new WeakMap() }
  const known = shared[LOOKUPS].numbers.get(lookup)
  if (known !== undefined) return known
  shared[LOOKUPS].count += 1
  shared[LOOKUPS].numbers.set(lookup, shared[LOOKUPS].count)
  return shared[LOOKUPS].count
}
