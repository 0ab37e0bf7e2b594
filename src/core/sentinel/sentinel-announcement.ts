import type { Endpoint } from '../../base/endpoint.js'
import { endpointOf } from './sentinel-reply.js'

/** The channels of a sentinel that are listened to. */
export const SENTINEL_CHANNELS = [
  '+switch-master',
  '+selected-slave',
  '+promoted-slave',
  '+sdown',
  '-sdown',
  '+odown',
  '-odown',
  '+try-failover',
  '-failover-abort-no-good-slave',
  '-failover-abort-not-elected',
  '-failover-abort-slave-timeout',
  '+sentinel',
  '+slave',
  '+reboot',
  '-role-change',
  '+role-change',
  '+slave-reconf-done',
  '+convert-to-slave',
] as const

/** What a sentinel has published about the primary of one name. */
export type SentinelAnnouncement =
  /** Another node is the primary, or is about to be. */
  | { readonly type: 'switched'; readonly to: Endpoint }
  /** A replica has been chosen, and is promoted next. Only the sentinel that leads tells it. */
  | { readonly type: 'chosen'; readonly replica: Endpoint }
  /** The primary is not reachable for the sentinel. */
  | { readonly type: 'down' }
  /** A failover begins. */
  | { readonly type: 'began' }
  /** It is reachable again. */
  | { readonly type: 'up' }
  /** The failover was given up. */
  | { readonly type: 'given-up' }
  | { readonly type: 'sentinels-changed' }
  | { readonly type: 'replicas-changed' }

const DOWN: ReadonlySet<string> = new Set(['+sdown', '+odown'])
const UP: ReadonlySet<string> = new Set(['-sdown', '-odown'])

/**
 * Reads a message of a sentinel. Returns `undefined` for one about another primary, and for what is none:
 *
 * ```
 * +switch-master <name> <old host> <old port> <new host> <new port>
 * +sdown         master <name> <host> <port>
 * +sdown         slave <name> <host> <port> @ <name of primary> <host> <port>
 * ```
 */
export function readAnnouncement(channel: string, message: string, name: string): SentinelAnnouncement | undefined {
  const words = message.split(' ')
  if (channel === '+switch-master') return words[0] === name ? switched(words[3], words[4]) : undefined
  const [kind, own] = words
  if (kind === 'master') return own === name ? ofPrimary(channel) : undefined
  if (words[4] !== '@' || words[5] !== name) return undefined
  if (kind === 'sentinel') return { type: 'sentinels-changed' }
  if (kind !== 'slave') return undefined
  if (channel === '+promoted-slave') return switched(words[2], words[3])
  return channel === '+selected-slave' ? chosen(words[2], words[3]) : { type: 'replicas-changed' }
}

function switched(host: string | undefined, port: string | undefined): SentinelAnnouncement | undefined {
  const to = endpointOf(host, port)
  return to === undefined ? undefined : { type: 'switched', to }
}

function chosen(host: string | undefined, port: string | undefined): SentinelAnnouncement | undefined {
  const replica = endpointOf(host, port)
  return replica === undefined ? undefined : { type: 'chosen', replica }
}

function ofPrimary(channel: string): SentinelAnnouncement | undefined {
  if (DOWN.has(channel)) return { type: 'down' }
  if (channel === '+try-failover') return { type: 'began' }
  if (channel.startsWith('-failover-abort-')) return { type: 'given-up' }
  return UP.has(channel) ? { type: 'up' } : undefined
}
