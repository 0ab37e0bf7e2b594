import { channel } from 'node:diagnostics_channel'
import { createDeferred } from '../../base/deferred.js'
import type { TakenCommand } from '../../engine/commands/taken-block.js'
import type { Lifecycle } from '../../engine/link/lifecycle.js'
import type { Link } from '../../engine/link/link.js'
import type { HostClient, HostQueue, HostSocket } from './internals.js'

/** What the host finds where a client that never connects has its socket; by default one that nobody uses. */
export class StandIn {
  readonly socketEpoch: number = 0
  readonly #link: Link | undefined
  readonly #lifecycle: Pick<Lifecycle, 'isOpen' | 'connect'> | undefined
  #hasTaken = false
  #collected: TakenCommand[] | undefined

  constructor(link?: Link, lifecycle?: Pick<Lifecycle, 'isOpen' | 'connect'>) {
    this.#link = link
    this.#lifecycle = lifecycle
  }

  get isOpen(): boolean {
    return this.#lifecycle?.isOpen === true
  }

  /** Behind each command the host asks once more, to write it: there is nothing to be written. */
  get isReady(): boolean {
    const isAsked = !this.#hasTaken
    this.#hasTaken = false
    return isAsked && this.#link?.dispatcher.isReady === true
  }

  /** Sends what the host would add to a queue. */
  readonly take: HostQueue['addCommand'] = (args, options) => {
    this.#hasTaken = true
    const { dispatcher } = this.#link ?? {}
    if (dispatcher !== undefined && this.#collected === undefined) return dispatcher.command(args, options)
    const taken = { args, options, ...createDeferred<unknown>() }
    this.#collected?.push(taken)
    return taken.promise
  }

  /** Collects the commands that the host would add to a queue before it returns, instead of sending them. */
  collect<T>(act: () => T): { readonly replies: T; readonly items: readonly TakenCommand[] } {
    const items: TakenCommand[] = []
    this.#collected = items
    try {
      return { replies: act(), items }
    } finally {
      this.#collected = undefined
    }
  }

  get host(): string | undefined {
    return this.#link?.context.target.host ?? this.#link?.context.target.path
  }

  get port(): number | undefined {
    return this.#link?.context.target.port
  }

  connect(): Promise<void> | undefined {
    return this.#lifecycle?.connect()
  }

  on(): this {
    return this
  }

  removeAllListeners(): void {}

  /** All that the host would write was taken before. */
  write(): void {}

  destroy(): void {}
}

const NO_SOCKET = new StandIn()

/** Gives a client that never connects something in place of its socket. */
export function replaceSocket(client: HostClient, socket: StandIn = NO_SOCKET): void {
  client._ejectSocket()
  client._insertSocket(socket)
}

/**
 * Takes a client out of the host's metrics, though it connects.
 *
 * @param clientId - The client for which counts what the host measures here.
 * @returns The socket of the client. That it connects is in no trace.
 */
export function countFor(client: HostClient, clientId: string | undefined): HostSocket {
  const socket = client._ejectSocket()
  client._insertSocket(NO_SOCKET)
  leaveMetrics(client)
  client._insertSocket(socket)
  Object.defineProperty(client, '_clientId', { value: clientId })
  return socket
}

/** Takes a client without a socket out of the host's metrics, which know each one until it is destroyed. */
export function leaveMetrics(client: HostClient): void {
  const { clientSideCache: cache } = client
  const destroy = (): void => client.constructor.prototype.destroy.call(client)
  if (cache === undefined) return destroy()
  // Some versions of the host would empty the cache, which may be in use by others.
  const own = Object.getOwnPropertyDescriptor(cache, 'onClose')
  if (!Reflect.defineProperty(cache, 'onClose', { value: () => {}, configurable: true })) return
  destroy()
  if (own === undefined) Reflect.deleteProperty(cache, 'onClose')
  else Object.defineProperty(cache, 'onClose', own)
}

/**
 * The option that gives another client the same fieldsets of HIMPORT. A host client shows them only to its duplicates; none has
 * them before version 6.3.
 */
export function shareFieldsets(client: HostClient): { readonly himportRegistry?: unknown } {
  if (!('HIMPORT_SET' in client)) return {}
  const copy: HostClient = client.constructor.prototype.duplicate.call(client, { clientSideCache: undefined })
  const himportRegistry: unknown = Reflect.get(copy.options ?? {}, 'himportRegistry')
  replaceSocket(copy)
  leaveMetrics(copy)
  return himportRegistry === undefined ? {} : { himportRegistry }
}

const PHASES = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const

/** Does something with commands that are in no trace. */
export function untraced<T>(act: () => T): T {
  const channels = PHASES.map(phase => channel(`tracing:node-redis:command:${phase}`))
  for (const each of channels) Object.defineProperty(each, 'hasSubscribers', { value: false, configurable: true })
  try {
    return act()
  } finally {
    for (const each of channels) Reflect.deleteProperty(each, 'hasSubscribers')
  }
}
