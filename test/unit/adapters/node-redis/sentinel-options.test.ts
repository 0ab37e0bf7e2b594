import { expect, it } from 'vitest'
import type { HostOptions } from '../../../../src/adapters/node-redis/host-module.js'
import {
  type GivenSentinelOptions,
  takeSentinelOptions,
} from '../../../../src/adapters/node-redis/sentinel/sentinel-options.js'

const keyOf = (given: Partial<GivenSentinelOptions>): string =>
  takeSentinelOptions({ name: 'main', sentinelRootNodes: [{ host: 'a', port: 1 }], ...given }).key

it('shares what is known of sentinels only among clients that reach them, and what they name, in the same way', () => {
  const maps = ['b', 'c'].map(host => ({ 'a:1': { host, port: 1 } }))
  const functions = maps.map(map => () => map['a:1'])
  const ways: readonly Partial<GivenSentinelOptions>[] = [
    {},
    { name: 'other' },
    ...['one', 'two'].map(password => ({ sentinelClientOptions: { password } })),
    ...['one', 'two'].map(ca => ({ sentinelClientOptions: { socket: { tls: true, ca } } })),
    ...[Number, String].map(checkServerIdentity => ({ sentinelClientOptions: { socket: { checkServerIdentity } } })),
    { sentinelClientOptions: { socket: { tls: true, rejectUnauthorized: false } } },
    ...[Number, String].map(credentials => ({ sentinelClientOptions: { credentialsProvider: { credentials } } })),
    ...[...maps, ...functions].map(nodeAddressMap => ({ nodeAddressMap })),
  ]
  expect(new Set(ways.map(keyOf)).size).toBe(ways.length)
  const copied = ways.filter(({ sentinelClientOptions: options }) => !hasFunctions(options))
  expect(copied.map(way => keyOf(copyOf(way)))).toEqual(copied.map(keyOf))
})

it('makes no difference of what does not concern who is reached', () => {
  const strategies = [1, 2].map(ms => ({ sentinelClientOptions: { socket: { reconnectStrategy: () => ms } } }))
  expect(new Set(strategies.map(keyOf)).size).toBe(1)
})

it('does not look into what the application made of its own classes', () => {
  class Provider {
    readonly self = this
  }
  const [one, two] = [new Provider(), new Provider()].map(credentialsProvider => ({
    sentinelClientOptions: { credentialsProvider },
  }))
  expect(keyOf(one ?? {})).toBe(keyOf({ ...one }))
  expect(keyOf(one ?? {})).not.toBe(keyOf(two ?? {}))
})

function hasFunctions({ credentialsProvider, socket }: HostOptions = {}): boolean {
  return credentialsProvider !== undefined || 'checkServerIdentity' in (socket ?? {})
}

/** The same options in other objects; functions stay the same. */
function copyOf({ nodeAddressMap, ...rest }: Partial<GivenSentinelOptions>): Partial<GivenSentinelOptions> {
  const same = typeof nodeAddressMap === 'function' ? nodeAddressMap : structuredClone(nodeAddressMap)
  return { ...structuredClone(rest), ...(same && { nodeAddressMap: same }) }
}
