import type { EventEmitter } from 'node:events'
import { emitSafely } from '../../../base/emit-safely.js'
import type { Endpoint } from '../../../base/endpoint.js'
import { isHitlessError } from '../../../base/errors.js'
import type { Topology } from '../../../engine/database/primary-source.js'
import type { HostSentinel } from './sentinel-internals.js'

/** How the host names a client in its errors. */
const LABELS = {
  MASTER: 'Master Client',
  REPLICA: 'Replica Client',
  SENTINEL: 'Sentinel Client',
  PUBSUBPROXY: 'PubSub Client',
} as const

/** What a client is for, as the host's events have it. */
export type ClientKind = keyof typeof LABELS

/** What an application is told of its sentinel client, in the host's own events. */
export class SentinelEvents {
  readonly #emitter: EventEmitter
  readonly #passesErrors: boolean
  /** How many sentinels are known. */
  #size = 0

  constructor({ emitter, passesErrors }: { readonly emitter: HostSentinel; readonly passesErrors: boolean }) {
    this.#emitter = emitter
    this.#passesErrors = passesErrors
  }

  /** What a listener throws does not come back. */
  emit(event: string, ...args: readonly unknown[]): void {
    emitSafely(this.#emitter, event, ...args)
  }

  /** What is known of the sentinels has changed. */
  sentinels(change: Extract<Topology, { type: 'sentinel' | 'sentinels' | 'sentinel-failed' }>): void {
    switch (change.type) {
      case 'sentinel':
        return this.emit('topology-change', { type: 'SENTINEL_CHANGE', node: change.endpoint })
      case 'sentinel-failed':
        return this.fail('SENTINEL', change.endpoint, change.error)
      default:
        if (change.endpoints.length === this.#size) return
        this.#size = change.endpoints.length
        return this.emit('topology-change', { type: 'SENTINE_LIST_CHANGE', size: this.#size })
    }
  }

  /** A client of a node, or a connection to a sentinel, has failed. It goes on by itself. */
  fail(type: ClientKind, node: Endpoint | undefined, error: unknown): void {
    this.emit('client-error', { type, node, error })
    if (this.#passesErrors) {
      const text = error instanceof Error ? error.message : String(error)
      this.emit('error', new Error(`${LABELS[type]} (${node?.host}:${node?.port}): ${text}`, { cause: error }))
    } else if (isHitlessError(error, 'PRIMARY_UNKNOWN') && !isHitlessError(error.cause, 'NOT_PRIMARY')) {
      // In the middle of a failover no node is a primary. And without a listener an error would end the process.
      if (this.#emitter.listenerCount('error') > 0) this.emit('error', error)
    }
  }
}
