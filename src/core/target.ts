import { isIP } from 'node:net'
import { invalidOptions } from '../base/shape.js'

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

/** Where the configured route leads. An adapter reads it once from its host's options. */
export interface Target {
  /** A name or an address without brackets; `undefined` for a unix socket. */
  readonly host: string | undefined
  readonly port: number
  /** Of a unix socket. */
  readonly path: string | undefined
  readonly tls: boolean
  /** How long a connection may take until its socket is there, in milliseconds; 0 is no limit. */
  readonly connectTimeoutMs: number
  readonly lookup: Lookup | undefined
  /** What Node passes to the lookup besides `all`. */
  readonly family: unknown
  readonly hints: unknown
}

/** Answers where the configured route leads now: DNS, or Sentinel. */
export interface Resolver {
  /** Resolves with at least one address, the best first. */
  resolve(): Promise<readonly string[]>
}

/** One address of a name, as the way to it. */
export interface Way {
  readonly address: string
  /** How long the socket may take, in milliseconds; 0 is no limit. */
  readonly connectTimeoutMs: number
}

/**
 * The name that options give. As Node has it, none and an empty one lead to this machine.
 *
 * @throws HitlessError `OPTIONS_INVALID` for what is no text.
 */
export function hostNameOf(host: unknown): string {
  if (!host) return 'localhost'
  if (typeof host === 'string') return host
  throw invalidOptions([`host: not a name or an address (${typeof host})`])
}

/**
 * How long connecting may take by options, in milliseconds. None, 0 and NaN are no limit.
 *
 * @throws HitlessError `OPTIONS_INVALID` for what Node refuses as a time, which would end the process later.
 */
export function timeLimitOf(connectTimeout: unknown): number {
  if (!connectTimeout) return 0
  if (typeof connectTimeout === 'number' && connectTimeout > 0 && connectTimeout < Infinity) return connectTimeout
  throw invalidOptions([`connectTimeout: not a number of milliseconds (${String(connectTimeout)})`])
}

/**
 * The name that the certificate of a server must have under TLS; `undefined` where only addresses are known.
 *
 * @param configured - What the options name.
 * @param reached - Where the connection leads.
 * @param fromTarget - Whether a name to which a connection leads counts before the configured one.
 */
export function servernameFor(configured: string, reached: string, fromTarget: boolean): string | undefined {
  if (fromTarget && isIP(reached) === 0) return reached
  return isIP(configured) === 0 ? configured : undefined
}

/** A lookup that knows one address, in every form in which it can be asked for. */
export function answerWith(address: string): Lookup {
  const family = isIP(address)
  return (_, options, callback) => {
    if ('all' in options && options.all === true) callback(null, [{ address, family }])
    else callback(null, address, family)
  }
}
