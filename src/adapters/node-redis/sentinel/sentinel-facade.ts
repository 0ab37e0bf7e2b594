import type { PoolMaint } from '../../../engine/maint/pool-status.js'
import type { PoolOpening } from '../../../engine/pool/pool-opening.js'
import type { HostClient, HostCommandOptions } from '../internals.js'
import type { SentinelClient } from './sentinel-client.js'
import { type CheckoutFactory, type HostSentinel, properOf, type Task } from './sentinel-internals.js'
import type { GivenSentinelOptions } from './sentinel-options.js'

/** What the members of a sentinel client use. */
export interface SentinelFacadeParts {
  readonly client: SentinelClient
  readonly opening: PoolOpening
  readonly maint: PoolMaint
  readonly createCheckout: CheckoutFactory
  /** The options that it was made with, for one that is made like it. */
  readonly given: GivenSentinelOptions
  readonly duplicate: (options: GivenSentinelOptions) => unknown
}

/** A sentinel client, or a view of it: each has command options of its own. */
interface View {
  readonly commandOptions: HostCommandOptions | undefined
}

const SUBSCRIPTIONS = ['SUBSCRIBE', 'UNSUBSCRIBE', 'PSUBSCRIBE', 'PUNSUBSCRIBE', 'SSUBSCRIBE', 'SUNSUBSCRIBE'] as const

/** How the host calls the same function. */
const ALIASES: Readonly<Record<string, string>> = {
  SUBSCRIBE: 'subscribe',
  UNSUBSCRIBE: 'unsubscribe',
  PSUBSCRIBE: 'pSubscribe',
  PUNSUBSCRIBE: 'pUnsubscribe',
  SSUBSCRIBE: 'sSubscribe',
  SUNSUBSCRIBE: 'sUnsubscribe',
}

/**
 * Turns a host sentinel that never connects into the one that the application holds.
 *
 * The host's own code above stays: typed commands, modules, scripts, blocks and views all end in `_execute`, and checkouts in what
 * is behind them.
 */
export function installSentinel(sentinel: HostSentinel, parts: SentinelFacadeParts): void {
  const members = { ...membersOf(parts), ...pubSubOf(parts) }
  const descriptors = Object.getOwnPropertyDescriptors(members)
  Object.defineProperties(properOf(sentinel), { ...descriptors, ...stateOf(parts) })
}

function membersOf({
  client,
  opening,
  createCheckout,
  given,
  duplicate,
}: SentinelFacadeParts): object & ThisType<View> {
  const checkoutOf = (id: number, view: View): object => createCheckout(client, { id }, view.commandOptions)
  return {
    async connect(): Promise<unknown> {
      // The host refuses a second call in the same way.
      if (client.isOpen) throw new Error('already attempting to open')
      await opening.connect()
      return this
    },
    close: () => opening.close(),
    destroy: async () => opening.destroy(),
    _execute(isReadonly: boolean | undefined, task: Task): Promise<unknown> {
      return client.run(isReadonly, task, this.commandOptions?.timeout)
    },
    async use(task: (checkout: object) => unknown): Promise<unknown> {
      const id = await client.checkouts.take()
      try {
        return await task(checkoutOf(id, this))
      } finally {
        await client.releaseClientLease({ id })
      }
    },
    async acquire(): Promise<object> {
      return checkoutOf(await client.checkouts.take(), this)
    },
    duplicate(overrides?: object): unknown {
      return duplicate({ ...given, commandOptions: this.commandOptions, ...overrides })
    },
    getSentinelNode: () => client.sentinelNode,
    getMasterNode: () => client.masterNode,
    getReplicaNodes: () => new Map(client.nodes.replicas),
    setTracer: () => {},
  }
}

/** The client that listens has these functions itself. */
function pubSubOf({ client }: SentinelFacadeParts): object {
  const members: Record<string, unknown> = {}
  for (const name of SUBSCRIPTIONS) {
    members[name] = async (...args: readonly unknown[]): Promise<void> => {
      const listening = await client.listening()
      await callOn(listening, name, args)
      if (name.includes('UNSUB')) client.noteUnsubscribed()
    }
    members[ALIASES[name] ?? name] = members[name]
  }
  return members
}

function callOn(listening: HostClient, name: (typeof SUBSCRIPTIONS)[number], args: readonly unknown[]): Promise<void> {
  const member = listening[name] as (...given: unknown[]) => Promise<void>
  return member.apply(listening, [...args])
}

function stateOf({ client, maint }: SentinelFacadeParts): PropertyDescriptorMap {
  const read = (get: () => unknown): PropertyDescriptor => ({ get, enumerable: true, configurable: true })
  return { maint: read(() => maint), isOpen: read(() => client.isOpen), isReady: read(() => client.isReady) }
}
