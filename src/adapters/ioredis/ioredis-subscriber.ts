import { emitSafely } from '../../base/emit-safely.js'
import { settle } from '../../engine/commands/self-sent/self-sent.js'
import type { Link } from '../../engine/link/link.js'
import type { ChannelKind } from '../../engine/ports.js'
import type { MessageListener } from '../../engine/session/subscriptions/listeners.js'
import type { HostCommand, HostRedis } from './ioredis-module.js'

/** With what the names of their commands begin. */
const KINDS = [
  ['', 'CHANNELS'],
  ['p', 'PATTERNS'],
  ['s', 'SHARDED'],
] as const
const EVENTS = { CHANNELS: 'message', SHARDED: 'smessage' } as const

/** The subscriptions of one client: the link keeps them, and its events tell the messages as the host does. */
export class IoredisSubscriber {
  readonly #client: HostRedis
  readonly #link: Link
  readonly #listeners = new Map<string, MessageListener>()

  constructor(client: HostRedis, link: Link) {
    this.#client = client
    this.#link = link
  }

  /** What becomes of the host's commands, by name. */
  get commands(): readonly (readonly [string, (command: HostCommand) => void])[] {
    return KINDS.flatMap(([name, kind]) => {
      const on = (command: HostCommand): void => this.#settle(command, kind, this.#subscribe(kind, command))
      const off = (command: HostCommand): void => this.#settle(command, kind, this.#unsubscribe(kind, command))
      return [[`${name}subscribe`, on] as const, [`${name}unsubscribe`, off] as const]
    })
  }

  /** How many subscriptions there are, as a server counts them: shard channels by themselves. */
  #countOf(kind: ChannelKind): number {
    const { subscriptions } = this.#link.session
    const sizeOf = (one: ChannelKind): number => subscriptions.listenersOf(one).size
    return kind === 'SHARDED' ? sizeOf('SHARDED') : sizeOf('CHANNELS') + sizeOf('PATTERNS')
  }

  /** A server counts in the order in which it is asked. */
  #settle(command: HostCommand, kind: ChannelKind, done: Promise<unknown>): void {
    const count = this.#countOf(kind)
    const { stringNumbers, commandTimeout } = this.#client.options
    const timeout = typeof commandTimeout === 'number' ? commandTimeout : undefined
    // As with the host it ends only the wait: the subscription follows when it can.
    const inTime = this.#link.dispatcher.timeouts.endCall({ timeout }, () => done)
    const answer = inTime.then(() => (stringNumbers === true ? String(count) : count))
    settle(command, answer)
  }

  async #subscribe(kind: ChannelKind, { args }: HostCommand): Promise<void> {
    const { context, dispatcher, path } = this.#link
    const { host } = context
    if (dispatcher.mode === 'offline' && host.failsOffline) throw host.errors.offline()
    const keys = args.map(String)
    const listen = (some: readonly string[], pattern?: string): Promise<void> =>
      path.pubSub.subscribe(kind, some, { listener: this.#listenerTo(kind, pattern), bufferMode: true })
    if (kind === 'PATTERNS') await Promise.all(keys.map(key => listen([key], key)))
    else await listen(keys)
  }

  #unsubscribe(kind: ChannelKind, { args }: HostCommand): Promise<void> {
    const keys = args.length === 0 ? undefined : args.map(String)
    if (kind === 'PATTERNS') for (const key of keys ?? []) this.#listeners.delete(key)
    return this.#link.path.pubSub.unsubscribe(kind, keys)
  }

  /** Always the same one for the same messages. */
  #listenerTo(kind: ChannelKind, pattern = ''): MessageListener {
    const id = pattern === '' ? kind : pattern
    const known = this.#listeners.get(id)
    if (known !== undefined) return known
    const listener = (message: Buffer, channel: Buffer): void =>
      kind === 'PATTERNS' ? this.#emitOfPattern(pattern, channel, message) : this.#emit(EVENTS[kind], channel, message)
    this.#listeners.set(id, listener as MessageListener)
    return listener as MessageListener
  }

  #emit(event: 'message' | 'smessage', channel: Buffer, message: Buffer): void {
    const client = this.#client
    if (client.listenerCount(event) > 0) emitSafely(client, event, channel.toString(), message.toString())
    emitSafely(client, `${event}Buffer`, channel, message)
  }

  #emitOfPattern(pattern: string, channel: Buffer, message: Buffer): void {
    const client = this.#client
    if (client.listenerCount('pmessage') > 0)
      emitSafely(client, 'pmessage', pattern, channel.toString(), message.toString())
    emitSafely(client, 'pmessageBuffer', pattern, channel, message)
  }
}
