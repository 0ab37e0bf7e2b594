import { withoutStacks } from '../../base/without-stacks.js'
import type { BareEvent } from '../../core/events/maint-events.js'
import { notificationOf } from '../../core/events/notification-of.js'
import { OwnedMessages, publish } from '../../engine/link/events/owned-messages.js'
import { StandIn } from '../../engine/link/stand-in.js'
import type { HostClient } from './internals.js'

const NO_SOCKET = new StandIn()

/** Gives a client that never connects something in place of its socket. */
export function replaceSocket(client: HostClient, socket: StandIn = NO_SOCKET): void {
  client._ejectSocket()
  client._insertSocket(socket)
}

/** The client of the application, as the host's traces and metrics show it. */
export interface Shown {
  /** Older hosts have none. */
  readonly clientId: string | undefined
  readonly isOpen: boolean
}

type ConnectionMessage = { readonly clientId: unknown; readonly reason?: string; readonly wasConnected?: boolean }

const asItIs = (message: ConnectionMessage, { clientId }: Shown): object => ({ ...message, clientId })

/** What the host tells of clients that count for another one. */
export const counted: OwnedMessages<ConnectionMessage, Shown> = new OwnedMessages(({ clientId }) => clientId, {
  'node-redis:connection:ready': asItIs,
  'node-redis:connection:relaxed-timeout': asItIs,
  'node-redis:connection:closed'(message, { clientId, isOpen }) {
    // One that never was ready is none. One that ends while the client is open was left.
    if (message.wasConnected === false) return undefined
    const isLeft = message.reason === 'application_close' && isOpen
    return { ...message, ...(isLeft && { reason: 'handoff' }), clientId }
  },
  'node-redis:pubsub': asItIs,
  // It is told when the application is.
  'node-redis:error': () => undefined,
})

/**
 * Lets what the host measures of a client that connects count for another one.
 *
 * @param shown - `undefined`: for none.
 * @returns Its socket, which connects past the host's traces.
 */
export function countFor(client: HostClient, shown: Shown | undefined): ReturnType<HostClient['_ejectSocket']> {
  counted.own(ownIdOf(client), shown)
  const socket = client._ejectSocket()
  client._insertSocket(NO_SOCKET)
  leaveMetrics(client)
  client._insertSocket(socket)
  Object.defineProperty(client, '_clientId', { value: shown?.clientId })
  return socket
}

/** By what the host tells of a client in its messages, also where the client shows that of another one. */
export function ownIdOf(client: HostClient): unknown {
  return Reflect.get(client.constructor.prototype, '_clientId', client) ?? client
}

/** Tells of an error, as the host does. */
export function tellError(clientId: string | undefined, error: unknown, internal: boolean): void {
  if (clientId !== undefined) publish('node-redis:error', () => ({ error, origin: 'client', internal, clientId }))
}

/** Tells of maintenance as the host does, where it has channels for that. */
export function tellHost(event: BareEvent, shown: Pick<Shown, 'clientId'>): void {
  const received = notificationOf(event)
  const clientId = received === undefined && !event.name.startsWith('handoff:') ? undefined : shown.clientId
  if (clientId === undefined) return
  // The host has no name for what Azure publishes.
  if (received !== undefined && !('wireType' in received)) {
    const notification = received.type.replace('slots-', 's').replaceAll('-', '_').toUpperCase()
    publish('node-redis:maintenance', () => ({ notification, clientId }))
  }
  if (event.name === 'handoff:completed') publish('node-redis:connection:handoff', () => ({ clientId }))
  if (event.name === 'handoff:failed') tellError(clientId, event.payload.error, true)
}

/** Ends a client that was made to look at it. Hosts before 6.3 cannot end one that never connected, unless its socket is replaced. */
export function discard(client: HostClient): void {
  replaceSocket(client)
  leaveMetrics(client)
}

/** Takes a client without a socket out of the host's metrics, which know each one until it is destroyed. */
export function leaveMetrics(client: HostClient): void {
  const { clientSideCache: cache } = client
  // It makes an error for commands that wait, also where none does.
  const destroy = (): void => withoutStacks(() => client.constructor.prototype.destroy.call(client))
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
  discard(copy)
  return himportRegistry === undefined ? {} : { himportRegistry }
}
