import { expect, it } from 'vitest'
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
    ...[...maps, ...functions].map(nodeAddressMap => ({ nodeAddressMap })),
  ]
  expect(new Set(ways.map(keyOf)).size).toBe(ways.length)
  expect(ways.map(way => keyOf(copyOf(way)))).toEqual(ways.map(keyOf))
})

/** The same options in other objects; functions stay the same. */
function copyOf({ nodeAddressMap, ...rest }: Partial<GivenSentinelOptions>): Partial<GivenSentinelOptions> {
  const same = typeof nodeAddressMap === 'function' ? nodeAddressMap : structuredClone(nodeAddressMap)
  return { ...structuredClone(rest), ...(same && { nodeAddressMap: same }) }
}
