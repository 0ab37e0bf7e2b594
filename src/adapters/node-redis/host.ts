import type * as redis from '@redis/client'
import type { HostClient } from './internals.js'

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
  | 'ConnectionTimeoutError'
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

/** Node's own shape of a `lookup` function. */
export type Lookup = (
  hostname: string,
  options: object,
  callback: (
    error: Error | null,
    address: string | readonly { readonly address: string; readonly family?: number }[],
    family?: number,
  ) => void,
) => void

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

/** Makes a host client; it does not connect. */
export function createHostClient(host: HostModule, options: HostOptions): HostClient {
  // The adapter's view of a host client is structural, and checked at start-up.
  return host.createClient({ ...options } as never) as unknown as HostClient
}

/** Makes further clients of one client's class: the host builds a class per set of options, with every command in it. */
export type HostClientFactory = (options: HostOptions) => HostClient

/** The factory of a client's own class. */
export function factoryOf(client: HostClient): HostClientFactory {
  const HostClass = client.constructor as new (options: HostOptions) => HostClient
  return options => new HostClass(options)
}

/** The protocol that the host speaks when the options name none: 2 before version 6. */
export function protocolOf(host: HostModule, options: HostOptions): 2 | 3 {
  const byDefault: unknown = Reflect.get(host, 'DEFAULT_RESP')
  return options.RESP ?? (byDefault === 3 ? 3 : 2)
}
