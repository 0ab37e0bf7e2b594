import { describe, expect, test } from 'vitest'
import { canonicalHost, printEndpoint, sameEndpoint, toEndpoint } from '../../../src/base/endpoint.js'

describe('toEndpoint', () => {
  test.each([
    ['10.0.0.1:6379', '10.0.0.1', 6379],
    ['localhost:6380', 'localhost', 6380],
    ['  cache.internal:6380\r\n', 'cache.internal', 6380],
    ['redis-12000.c1.eu-west-1.example.com.:12000', 'redis-12000.c1.eu-west-1.example.com.', 12000],
    ['my_redis_1:6379', 'my_redis_1', 6379],
    ['_sentinel._tcp.local:26379', '_sentinel._tcp.local', 26379],
    ['Cache.Example.COM:6379', 'Cache.Example.COM', 6379],
    ['3f2a9c:1', '3f2a9c', 1],
    ['host:65535', 'host', 65535],
    ['host:06380', 'host', 6380],
    ['[::1]:6380', '::1', 6380],
    ['[2001:DB8::1]:6380', '2001:DB8::1', 6380],
    ['[fe80::1%eth0]:6380', 'fe80::1%eth0', 6380],
    ['[::ffff:10.0.0.1]:6380', '::ffff:10.0.0.1', 6380],
  ])('reads %j', (text, host, port) => {
    expect(toEndpoint(text)).toEqual({ host, port })
  })

  test.each([
    ['2001:db8::1:6380', '2001:db8::1', 6380],
    ['::1:6380', '::1', 6380],
    ['2001:db8:0:0:0:0:0:1:6380', '2001:db8:0:0:0:0:0:1', 6380],
    ['fe80::1%eth0:6380', 'fe80::1%eth0', 6380],
    ['::ffff:10.0.0.1:6380', '::ffff:10.0.0.1', 6380],
  ])('takes the last group of the bare address %j for the port', (text, host, port) => {
    expect(toEndpoint(text)).toEqual({ host, port })
  })

  test.each([
    '',
    ':7002',
    '?:7002',
    'host',
    'host:',
    'host:0',
    'host:99999',
    'host:65536',
    'host:123456',
    'host:-1',
    'host:+1',
    'host:6379/0',
    'redis://host:6379',
    'ho st:6379',
    '-host:6379',
    'a..b:6379',
    '.host:6379',
    'host:name:6379',
    '10.0.0.256:6379',
    '10.0.0:6379',
    '1234:6379',
    '[]:6379',
    '[host]:6379',
    '[10.0.0.1]:6379',
    '[::1]6379',
    '[::1]',
    '[::1:6379',
    '::1]:6379',
    '2001:db8:0:0:0:0:0:1',
    '::1',
    'münchen.example:6379',
    `${'a'.repeat(255)}:6379`,
    `${'a'.repeat(1_000_000)}:6379`,
  ])('finds nothing to dial in %j', text => {
    expect(toEndpoint(text)).toBeUndefined()
  })
})

describe('printEndpoint', () => {
  test.each(['10.0.0.1:6379', 'Host.Example.:1', '[::1]:6380', '[fe80::1%eth0]:65535'])('prints %j as it was', text => {
    const endpoint = toEndpoint(text)
    expect(endpoint).toBeDefined()
    expect(endpoint && printEndpoint(endpoint)).toBe(text)
  })

  test('puts brackets around an address that came without them', () => {
    expect(printEndpoint({ host: '2001:db8::1', port: 6380 })).toBe('[2001:db8::1]:6380')
  })
})

describe('sameEndpoint', () => {
  test.each([
    ['host:1', 'HOST:1'],
    ['host.example:1', 'host.example.:1'],
    ['[::1]:1', '[0:0:0:0:0:0:0:1]:1'],
    ['[2001:DB8::1]:1', '2001:db8:0::1:1'],
    ['[::ffff:10.0.0.1]:1', '10.0.0.1:1'],
    ['[::ffff:a00:1]:1', '10.0.0.1:1'],
    ['[fe80:0::1%eth0]:1', '[fe80::1%eth0]:1'],
  ])('takes %j and %j for one place', (a, b) => {
    expect(same(a, b)).toBe(true)
  })

  test.each([
    ['host:1', 'host:2'],
    ['host:1', 'host.example:1'],
    ['10.0.0.1:1', '10.0.0.2:1'],
    ['[::1]:1', '127.0.0.1:1'],
    ['[fe80::1%eth0]:1', '[fe80::1%eth1]:1'],
    ['[fe80::1%eth0]:1', '[fe80::1]:1'],
  ])('takes %j and %j for two places', (a, b) => {
    expect(same(a, b)).toBe(false)
  })
})

test('canonicalHost leaves what is no host unharmed', () => {
  expect([canonicalHost(''), canonicalHost('?'), canonicalHost('::1%')]).toEqual(['', '?', '::1%'])
})

function same(a: string, b: string): boolean {
  const [first, second] = [toEndpoint(a), toEndpoint(b)]
  if (first === undefined || second === undefined) throw new Error(`${a} or ${b} is no endpoint`)
  return sameEndpoint(first, second)
}
