import type { Socket } from 'node:net'
import type { HitlessError } from '../../base/errors.js'
import type { ChannelKind, Delivery } from '../../engine/ports.js'
import { guardRepliesAndPushes } from '../../engine/session/reply-guard.js'
import { isConfirmation, readMessage } from '../../engine/session/subscriptions/channel-words.js'
import type { HostRedis } from './ioredis-module.js'

/** Who is told what a connection reads. */
export interface ReaderEvents {
  onBytes(): void
  onGarbage(error: HitlessError): void
  onPush(items: readonly unknown[]): unknown
  onMessage(delivery: Delivery): void
}

/** A socket, as far as the host puts its reader in front of all that listen to its data. */
interface DataStream {
  prependListener(event: string, listener: (...given: never[]) => void): unknown
}

/** Reads pushes in the place of the host, and keeps everything from it that is no answer. */
export function guardSocket(socket: Socket, events: ReaderEvents): void {
  // Node declares a form of it for each event.
  const stream = socket as unknown as DataStream
  const prepend = stream.prependListener
  stream.prependListener = (event, listener) => {
    if (event !== 'data') return prepend.call(stream, event, listener)
    const decoder = { write: listener as (chunk: Uint8Array) => void }
    guardRepliesAndPushes(decoder, {
      onBytes: () => events.onBytes(),
      onGarbage: error => events.onGarbage(error),
      onPush: items => takePush(items, events),
    })
    stream.prependListener = prepend
    return prepend.call(stream, event, (chunk: Uint8Array) => decoder.write(chunk))
  }
}

/** Without RESP3 messages are answers, which the host tells from others. */
export function listenForMessages(redis: HostRedis, { onMessage }: Pick<ReaderEvents, 'onMessage'>): void {
  const deliver = (kind: ChannelKind) => (key: unknown, channel: Buffer, message: Buffer) =>
    onMessage({ kind, key: String(key), channel, message })
  const [toChannel, toShard, toPattern] = [deliver('CHANNELS'), deliver('SHARDED'), deliver('PATTERNS')]
  redis.on('messageBuffer', (channel, message) => toChannel(channel, channel, message))
  redis.on('smessageBuffer', (channel, message) => toShard(channel, channel, message))
  redis.on('pmessageBuffer', toPattern)
}

/** @returns Whether it is an answer, which the host is to read. */
function takePush(items: readonly unknown[], { onPush, onMessage }: ReaderEvents): boolean {
  const name = String(items[0])
  if (isConfirmation(name)) return true
  const delivery = readMessage(items)
  if (delivery !== undefined) onMessage(delivery)
  // The host has no cache, and no use for what is said about it.
  else if (name !== 'invalidate') onPush(items)
  return false
}
