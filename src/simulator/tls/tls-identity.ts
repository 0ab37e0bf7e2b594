import { createSelfSigned, type TlsIdentity } from './self-signed.js'

/**
 * What a TLS node presents: the key and certificate given, or ones that are made for it. `true` makes them valid for
 * the usual loopback names and the node's own name.
 */
export type TlsOptions = true | TlsIdentity | { readonly names: readonly string[] }

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '::1']

/** The key and certificate of a node; `undefined` for one without TLS. */
export async function toIdentity(
  options: TlsOptions | undefined,
  ownNames: readonly string[],
): Promise<TlsIdentity | undefined> {
  if (options === undefined || (options !== true && 'key' in options)) return options
  return await createSelfSigned(options === true ? [...new Set([...LOOPBACK_NAMES, ...ownNames])] : options.names)
}
