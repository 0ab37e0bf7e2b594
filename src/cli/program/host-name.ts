import { oneOf } from './one-of.js'

/** A host library over which clients can be measured and played to. */
export type HostName = '@redis/client' | 'ioredis'

const NAMES: readonly HostName[] = ['@redis/client', 'ioredis']

/** How `node:util` reads which one is wanted. */
export const CLIENT_OPTION = { client: { type: 'string', default: '@redis/client' } } as const

/**
 * Reads the name of a host library.
 *
 * @throws RangeError where it is none.
 */
export function parseHostName(client: string): HostName {
  return oneOf('--client', NAMES, client)
}
