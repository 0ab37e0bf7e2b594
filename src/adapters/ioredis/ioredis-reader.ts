import type { Socket } from 'node:net'
import type { HitlessError } from '../../base/errors.js'
import type { ChannelKind, Delivery } from '../../engine/ports.js'
import { guardRepliesAndPushes } from '../../engine/session/reply-guard.js'
import type { HostRedis } from './ioredis-module.js'

/** Who is told what a connection reads. */
export interface ReaderEvents {
  onBytes(): void
  onGarbage(error: HitlessError): void
  onPush(items: readonly unknown[]): unknown
  onMessage(delivery: Delivery): void
}

const MESSAGES: ReadonlyMap<string, ChannelKind> = new Map([
  ['message', 'CHANNELS'],
  ['pmessage', 'PATTERNS'],
  ['smessage', 'SHARDED'],
])

/** Answers to commands, though they are pushes: the host counts them. */
const CONFIRMATION = /^[ps]?(?:un)?subscribe$/

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
  if (CONFIRMATION.test(name)) return true
  const kind = MESSAGES.get(name)
  const [message, channel, pattern] = items.toReversed()
  if (kind !== undefined && Buffer.isBuffer(message) && Buffer.isBuffer(channel))
    onMessage({ kind, key: String(kind === 'PATTERNS' ? pattern : channel), channel, message })
  // The host has no cache, and no use for what is said about it.
  else if (kind === undefined && name !== 'invalidate') onPush(items)
  return false
}
