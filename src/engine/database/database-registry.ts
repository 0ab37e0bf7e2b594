import type { HostOptions, HostSocketOptions } from '../../adapters/node-redis/host.js'
import type { Clock } from '../../base/clock.js'
import { canonicalHost, type Endpoint, printEndpoint } from '../../base/endpoint.js'
import { DialLimits } from '../../core/limits/dial-limits.js'
import { HandoffQueue } from './handoff-queue.js'

/** The queues of one process: one for each database, which its clients and pools share. */
export class HandoffQueues {
  readonly #clock: Clock
  readonly #limits: DialLimits
  readonly #queues = new Map<string, WeakRef<HandoffQueue>>()
  readonly #lookups = new WeakMap<object, number>()
  #lookupCount = 0
  /** A queue that nobody ever joined goes with the last client that was given it. */
  readonly #forgotten = new FinalizationRegistry<string>(key => {
    if (this.#queues.get(key)?.deref() === undefined) this.#queues.delete(key)
  })

  constructor(clock: Clock, limits: DialLimits = new DialLimits()) {
    this.#clock = clock
    this.#limits = limits
  }

  /** How many databases are in use. */
  get size(): number {
    return this.#queues.size
  }

  /**
   * The queue of a database: the same for everybody with the same host, port, TLS or not, lookup function and wishes for it. It is
   * forgotten when the last one that joined it leaves.
   *
   * @param options - The host's, with the URL resolved into `socket` or not.
   */
  queueFor(options: HostOptions): HandoffQueue {
    const place = placeOf(options)
    const { scheme, home, lookup, family } = place
    const key = `${scheme}//${printEndpoint(home)} ${this.#numberOf(lookup)} ${family}`
    return this.#queues.get(key)?.deref() ?? this.#create(key, place.home)
  }

  #create(key: string, home: Endpoint): HandoffQueue {
    const onUsed = (isUsed: boolean): void => {
      const registered = this.#queues.get(key)?.deref()
      if (isUsed && registered === undefined) this.#queues.set(key, reference)
      if (!isUsed && registered === queue) this.#queues.delete(key)
    }
    const queue = new HandoffQueue(this.#clock, 1, { name: key, home, limits: this.#limits, onUsed })
    const reference = new WeakRef(queue)
    this.#queues.set(key, reference)
    this.#forgotten.register(queue, key)
    return queue
  }

  #numberOf(lookup: object | undefined): number {
    if (lookup === undefined) return 0
    const known = this.#lookups.get(lookup)
    if (known !== undefined) return known
    this.#lookupCount += 1
    this.#lookups.set(lookup, this.#lookupCount)
    return this.#lookupCount
  }
}

interface Place {
  readonly scheme: 'redis:' | 'rediss:' | 'unix:'
  readonly home: Endpoint
  readonly lookup: object | undefined
  /** What the lookup is asked for: two that ask for different things get different answers. */
  readonly family: string
}

/** Where a client goes, by its options. The host refuses what is wrong with them when the client is made. */
function placeOf({ url, socket }: HostOptions): Place {
  const given: HostSocketOptions = { ...socket, ...(url === undefined ? {} : socketOf(url)) }
  const { host = 'localhost', port = 6379, path, tls, lookup, family = 0, hints = 0 } = given
  if (path !== undefined) return { scheme: 'unix:', home: { host: path, port: 0 }, lookup: undefined, family: '' }
  const home = { host: canonicalHost(bare(host)), port }
  return { scheme: tls === true ? 'rediss:' : 'redis:', home, lookup, family: `${String(family)}/${String(hints)}` }
}

/** The host that options name, `undefined` where they name a unix socket. */
export function hostOf(options: HostOptions): string | undefined {
  const { scheme, home } = placeOf(options)
  return scheme === 'unix:' ? undefined : home.host
}

function socketOf(url: string): HostSocketOptions {
  const [, path] = /^unix:(?:\/\/[^/]*)?([^?]*)/.exec(url) ?? []
  if (path !== undefined) return { path }
  if (!URL.canParse(url)) return {}
  const { protocol, hostname, port } = new URL(url)
  return { host: hostname, tls: protocol === 'rediss:', ...(port !== '' && { port: Number(port) }) }
}

function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}
