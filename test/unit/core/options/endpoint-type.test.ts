import { describe, expect, test } from 'vitest'
import { endpointTypeOf } from '../../../../src/core/options/endpoint-type.js'

const PRIVATE = [
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.0',
  '100.127.255.255',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.0.1',
  '169.254.255.255',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '192.168.255.255',
  '::1',
  'fc00::1',
  'fdff:ffff::1',
  'fe80::1',
  'fe80::1%eth0',
  'febf::1',
  '::ffff:10.0.0.1',
  '::FFFF:192.168.1.1',
  '::ffff:7f00:1',
]

const PUBLIC = [
  '1.1.1.1',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '::',
  '::2',
  '2001:db8::1',
  'fbff::1',
  'fe00::1',
  'fec0::1',
  '::ffff:8.8.8.8',
  '::ffff:808:808',
]

describe('the endpoint type', () => {
  test.each(PRIVATE)('of the private address %s is internal', address => {
    expect(endpointTypeOf(address, false)).toBe('internal-ip')
  })

  test.each(PUBLIC)('of the public address %s is external', address => {
    expect(endpointTypeOf(address, false)).toBe('external-ip')
  })

  test('asks for a name under TLS', () => {
    expect(endpointTypeOf('10.0.0.1', true)).toBe('internal-fqdn')
    expect(endpointTypeOf('8.8.8.8', true)).toBe('external-fqdn')
  })

  test.each([undefined, '', 'redis.example.com', 'nonsense'])('of %j, which is no address, is external', address => {
    expect(endpointTypeOf(address, false)).toBe('external-ip')
    expect(endpointTypeOf(address, true)).toBe('external-fqdn')
  })
})
