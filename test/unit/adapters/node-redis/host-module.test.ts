import { describe, expect, it } from 'vitest'
import { targetOf } from '../../../../src/adapters/node-redis/host-module.js'
import { databaseKeyOf } from '../../../../src/engine/database/database-registry.js'

describe('the databases that options lead to', () => {
  it.each([
    ['nothing and the default', {}, { socket: { host: 'localhost', port: 6379 } }],
    ['a URL and its parts', { url: 'redis://Example.com:7000/2' }, { socket: { host: 'example.com.', port: 7000 } }],
    ['a TLS URL and its parts', { url: 'rediss://example.com' }, { socket: { host: 'example.com', tls: true } }],
    ['spellings of an address', { url: 'redis://[::1]:7000' }, { socket: { host: '0:0::1', port: 7000 } }],
    [
      'a URL that goes before the socket',
      { url: 'redis://a:1', socket: { host: 'b', port: 2 } },
      { url: 'redis://a:1' },
    ],
    ['a unix socket', { url: 'unix://me:secret@/tmp/redis.sock?db=1' }, { socket: { path: '/tmp/redis.sock' } }],
    ['no host, by an empty text', { socket: { host: '' } }, {}],
    ['no host, by null', { socket: { host: null, lookup: null } } as never, {}],
    ['what the host will refuse', { url: 'example.com' }, {}],
  ])('are the same for %s', (_, one, other) => {
    expect(databaseKeyOf(targetOf(one))).toBe(databaseKeyOf(targetOf(other)))
  })

  it('differ by host, port, TLS and lookup function', () => {
    const lookups = [(): void => {}, (): void => {}]
    const keyOf = (lookup: () => void) => databaseKeyOf(targetOf({ url: 'redis://a:1', socket: { lookup } }))
    const plain = ['redis://a:1', 'redis://b:1', 'redis://a:2', 'rediss://a:1'].map(url =>
      databaseKeyOf(targetOf({ url })),
    )
    const all = [...plain, ...lookups.map(keyOf)]
    expect(new Set(all).size).toBe(6)
    expect(keyOf(lookups[0] ?? (() => {}))).toBe(all[4])
  })
})
