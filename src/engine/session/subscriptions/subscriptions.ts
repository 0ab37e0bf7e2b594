import { type Clock, toEpochMs } from '../../../base/clock.js'
import type { Tell } from '../../../core/events/tell.js'
import type { ChannelKind, Delivery } from '../../ports.js'
import type { Connection } from '../connection.js'
import { ChannelRestorer, type Refusal, type Restored, type RestorerOwner } from './channel-restorer.js'
import {
  CHANNEL_KINDS,
  type ChannelListeners,
  KIND_NAMES,
  Listeners,
  type SubscriberTrouble,
  type Subscription,
} from './listeners.js'
import { MessageBuffer } from './message-buffer.js'

/** Whose subscriptions they are. */
export interface SubscriptionsOwner extends SubscriberTrouble {
  readonly context: { readonly clock: Clock; readonly tell: Tell }
}

/** What one connection does for the application's listeners. */
interface Carrier {
  readonly connection: Connection
  readonly buffer: MessageBuffer
  /** Whether it has been subscribed to what there was. */
  isPrepared: boolean
  /** Made when there is something to restore. */
  restorer: ChannelRestorer | undefined
  /** The connection that delivers while this one waits. */
  serving: Connection | undefined
  /** Resolves once its server has confirmed everything or refused it; `undefined` when that is done. */
  restoring: Promise<unknown> | undefined
}

/** How each begins. */
const NEW = { isPrepared: false, restorer: undefined, restoring: undefined } as const

/** What one call subscribes to. */
type Keys = Pick<Subscription, 'kind' | 'keys'>

/** The subscriptions of the application, whatever connection carries them. Connections only deliver to them. */
export class Subscriptions implements RestorerOwner {
  readonly #listeners: Listeners
  readonly #owner: SubscriptionsOwner
  /** Seldom more than two. */
  #carriers: readonly Carrier[] = []
  /** Calls that wait for a connection. */
  #calls: Set<Keys> | undefined

  constructor(owner: SubscriptionsOwner) {
    this.#owner = owner
    this.#listeners = new Listeners(owner)
  }

  get context(): SubscriptionsOwner['context'] {
    return this.#owner.context
  }

  /** Whether there is any. */
  get isActive(): boolean {
    return this.#listeners.isActive
  }

  /** The application's listeners. */
  listenersOf(kind: ChannelKind): ReadonlyMap<string, ChannelListeners> {
    return this.#listeners.of(kind)
  }

  /** Adds listeners. Returns the keys that the connection must be told of. */
  add(subscription: Subscription): readonly string[] {
    return this.#listeners.add(subscription)
  }

  /** Removes listeners: one, or all of a channel, or all. Returns the keys without any listener left. */
  remove(
    kind: ChannelKind,
    keys?: readonly string[],
    only?: Pick<Subscription, 'listener' | 'form'>,
  ): readonly string[] {
    const gone = this.#listeners.remove(kind, keys, only)
    this.#forgetKeys(kind, gone)
    return gone
  }

  /**
   * Removes listeners, which hear what the server sends before it learns of that. What was heard is known until `detach`.
   *
   * @returns The keys without any listener left, and what is to be called when the server has confirmed that.
   */
  leave(
    kind: ChannelKind,
    keys?: readonly string[],
    only?: Pick<Subscription, 'listener' | 'form'>,
  ): { readonly gone: readonly string[]; readonly end: () => void } {
    const end = this.#listeners.letHear(kind, keys ?? this.listenersOf(kind).keys())
    return { gone: this.#listeners.remove(kind, keys, only), end }
  }

  /** Removes a channel's listeners, because the server ended the subscription, and returns them. */
  release(kind: ChannelKind, key: string): ChannelListeners | undefined {
    this.#forgetKeys(kind, [key])
    return this.#listeners.release(kind, key)
  }

  /**
   * Another link hears a shard channel as well. `isRepeated` is told of each message, and says whether that one has delivered it.
   *
   * @returns What is to be called when the other one hears it no more.
   */
  share(channel: string, isRepeated: (message: Buffer) => boolean): () => void {
    return this.#listeners.share(channel, isRepeated)
  }

  /** Drops all that connections carry, as RESET does on the server. What still waits for a connection comes after it. */
  clear(): void {
    for (const kind of CHANNEL_KINDS) this.remove(kind, this.#carriedKeys(kind))
  }

  /**
   * A call waits for the connection on which it subscribes to some keys, in its place among all calls. Until then none is
   * subscribed to them.
   *
   * @returns What is to be called when it waits no longer.
   */
  await(kind: ChannelKind, keys: readonly string[]): () => void {
    const call: Keys = { kind, keys }
    this.#calls ??= new Set()
    const calls = this.#calls.add(call)
    return () => void calls.delete(call)
  }

  /** Subscribes a connection, and the one that is being prepared beside it, to some keys. */
  async attach(connection: Connection, kind: ChannelKind, keys: readonly string[]): Promise<void> {
    for (const { connection: other, buffer, isPrepared } of this.#carriers) {
      if (other !== connection && buffer.isWaiting && isPrepared && other.isReady) void this.#restore(other, kind, keys)
    }
    await connection.physical.subscribe(kind, keys)
    this.#of(connection)?.restorer?.forget(kind, keys)
  }

  /** Unsubscribes every connection from some keys. One that waits may hear what was published before until it is confirmed. */
  async detach(connection: Connection, kind: ChannelKind, keys: readonly string[]): Promise<void> {
    for (const { connection: other, buffer, restorer } of this.#carriers) {
      restorer?.forget(kind, keys)
      if (other === connection || !other.isReady) continue
      const drop = (): void => buffer.drop(kind, keys)
      other.physical.unsubscribe(kind, keys).then(drop, () => {})
    }
    await connection.physical.unsubscribe(kind, keys)
  }

  /** A connection is about to be made that may take over. */
  expect(connection: Connection, serving: Connection | undefined): void {
    const buffer = new MessageBuffer(this.#listeners, this.#of(serving)?.buffer)
    this.#carriers = this.#carriers.concat({ connection, buffer, serving, ...NEW })
  }

  /** Subscribes a new connection to everything, and keeps its messages back until it takes over. Never rejects. */
  async prepare(connection: Connection): Promise<void> {
    const carrier = this.#of(connection)
    if (carrier !== undefined) carrier.isPrepared = true
    carrier?.buffer.heard?.begin()
    if (!this.isActive) return
    const kinds = CHANNEL_KINDS.map(kind => this.#restore(connection, kind, this.#carriedKeys(kind)))
    const restoring = Promise.all(kinds).then(() => {
      if (carrier !== undefined) carrier.restoring = undefined
    })
    if (carrier !== undefined) carrier.restoring = restoring
    await restoring
  }

  /** Resolves once the server of a connection has confirmed all subscriptions or refused them; `undefined` where it has. */
  restoringOn(connection: Connection): Promise<unknown> | undefined {
    return this.#of(connection)?.restoring
  }

  /** Lets a prepared connection deliver. The one before it stops delivering. */
  takeOver(connection: Connection, previous: Connection | undefined): void {
    const before = this.#of(previous)
    before?.restorer?.stop()
    before?.buffer.finish()
    const carrier = this.#of(connection)
    if (carrier === undefined) return
    carrier.serving = undefined
    // A PING on the new connection is answered behind every message that was published before.
    carrier.buffer.takeOver(() => connection.ping())
  }

  /** A connection is gone or given up. */
  forget(connection: Connection): void {
    const carrier = this.#of(connection)
    this.#carriers = this.#carriers.filter(other => other !== carrier)
    carrier?.restorer?.stop()
    carrier?.buffer.finish()
  }

  /** A message has arrived. */
  take(connection: Connection, delivery: Delivery): void {
    this.#of(connection)?.buffer.take(delivery)
  }

  isWanted(kind: ChannelKind, key: string): boolean {
    return this.listenersOf(kind).has(key)
  }

  /** A connection that waits has received what the serving one delivers behind its answer to a PING. */
  onConfirmed(connection: Connection, kind: ChannelKind, keys: readonly string[]): void {
    const { buffer, serving } = this.#of(connection) ?? {}
    const heard = buffer?.heard
    if (heard === undefined || serving?.isReady !== true || serving.isReserved) return
    const count = (): void => heard.countFrom(kind, keys)
    serving.ping().then(count, () => {})
  }

  onRefused(connection: Connection, kind: ChannelKind, { keys, error }: Refusal): void {
    const payload = { kind: KIND_NAMES[kind], channels: keys, error }
    this.context.tell({ name: 'subscriptions:refused', payload }, { connection })
  }

  onRestored(connection: Connection, kind: ChannelKind, { keys, since }: Restored): void {
    const payload = { kind: KIND_NAMES[kind], channels: keys, refusedAt: toEpochMs(since, this.context.clock) }
    this.context.tell({ name: 'subscriptions:restored', payload }, { connection })
  }

  #of(connection: Connection | undefined): Carrier | undefined {
    return this.#carriers.find(carrier => carrier.connection === connection)
  }

  /** What connections have been subscribed to: all but what calls subscribe to that still wait. */
  #carriedKeys(kind: ChannelKind): readonly string[] {
    const awaited = new Set<string>()
    for (const call of this.#calls ?? []) if (call.kind === kind) for (const key of call.keys) awaited.add(key)
    return [...this.listenersOf(kind).keys()].filter(key => !awaited.has(key))
  }

  async #restore(connection: Connection, kind: ChannelKind, keys: readonly string[]): Promise<void> {
    const carrier = this.#of(connection)
    if (carrier === undefined || keys.length === 0) return
    carrier.restorer ??= new ChannelRestorer(connection, this)
    await carrier.restorer.restore(kind, keys)
  }

  #forgetKeys(kind: ChannelKind, keys: readonly string[]): void {
    if (keys.length === 0) return
    for (const { buffer, restorer } of this.#carriers) {
      buffer.drop(kind, keys)
      restorer?.forget(kind, keys)
    }
  }
}
