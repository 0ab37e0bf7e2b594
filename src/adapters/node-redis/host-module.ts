import type * as redis from '@redis/client'
import type { Lookup } from '../../engine/ports.js'

/** The host library's module, as it is imported. Passed in, so that one adapter serves every version of it. */
export type HostModule = Pick<
  typeof redis,
  | 'createClient'
  | 'createClientPool'
  | 'AbortError'
  | 'ClientClosedError'
  | 'ClientOfflineError'
  | 'ConnectionTimeoutError'
  | 'DisconnectsClientError'
  | 'ErrorReply'
  | 'SocketClosedUnexpectedlyError'
  | 'ReconnectStrategyError'
  | 'SocketTimeoutError'
  | 'TimeoutError'
  | 'WatchError'
>

/** The part of the host's socket options that the adapter reads or sets. */
export interface HostSocketOptions {
  readonly host?: string
  readonly port?: number
  readonly path?: string
  readonly tls?: boolean
  readonly servername?: string
  readonly connectTimeout?: number
  readonly socketTimeout?: number
  readonly reconnectStrategy?: false | number | ((retries: number, cause: Error) => false | Error | number)
  readonly lookup?: Lookup
  readonly [option: string]: unknown
}

/** How long the host gives a connection where the options say nothing, in milliseconds. */
export const CONNECT_TIMEOUT_MS = 5_000

/** The part of the host's client options that the adapter reads or sets. */
export interface HostOptions {
  readonly url?: string
  readonly socket?: HostSocketOptions
  readonly database?: number
  readonly RESP?: 2 | 3
  readonly disableOfflineQueue?: boolean
  readonly commandsQueueMaxLength?: number
  readonly commandOptions?: object
  readonly emitInvalidate?: boolean
  readonly [option: string]: unknown
}

/** The protocol that the host speaks when the options name none: 2 before version 6. */
export function protocolOf(host: HostModule, options: HostOptions): 2 | 3 {
  const byDefault: unknown = Reflect.get(host, 'DEFAULT_RESP')
  return options.RESP ?? (byDefault === 3 ? 3 : 2)
}
