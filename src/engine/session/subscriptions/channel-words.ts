import type { ChannelKind, Delivery } from '../../ports.js'

/** What subscribes to each kind of channel. */
export const SUBSCRIBE = { CHANNELS: 'SUBSCRIBE', PATTERNS: 'PSUBSCRIBE', SHARDED: 'SSUBSCRIBE' } as const

/** What ends such subscriptions. */
export const UNSUBSCRIBE = { CHANNELS: 'UNSUBSCRIBE', PATTERNS: 'PUNSUBSCRIBE', SHARDED: 'SUNSUBSCRIBE' } as const

const MESSAGES: ReadonlyMap<string, ChannelKind> = new Map([
  ['message', 'CHANNELS'],
  ['pmessage', 'PATTERNS'],
  ['smessage', 'SHARDED'],
])

const CONFIRMATION = /^[ps]?(?:un)?subscribe$/

/** Whether a push of this name answers a command: there is one for each channel of the command. */
export function isConfirmation(name: string): boolean {
  return CONFIRMATION.test(name)
}

/** The message that a push holds; `undefined` where it is another push. Some hosts read text as bytes, some as strings. */
export function readMessage(items: readonly unknown[]): Delivery | undefined {
  const [name, ...rest] = items
  const kind = MESSAGES.get(String(name))
  // Only with a pattern the channel is not what was subscribed to.
  const [message, channel, key = channel] = rest.toReversed()
  if (kind === undefined || !isText(message) || !isText(channel)) return undefined
  return { kind, key: String(key), channel: toBytes(channel), message: toBytes(message) }
}

function isText(item: unknown): item is string | Buffer {
  return typeof item === 'string' || Buffer.isBuffer(item)
}

function toBytes(text: string | Buffer): Buffer {
  return typeof text === 'string' ? Buffer.from(text) : text
}
