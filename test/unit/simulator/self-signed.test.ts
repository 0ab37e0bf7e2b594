import { createPrivateKey, X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { addressBytes, objectId } from '../../../src/simulator/tls/der.js'
import { createSelfSigned } from '../../../src/simulator/tls/self-signed.js'

describe('a self-signed certificate', () => {
  const { key, cert } = createSelfSigned(['localhost', 'db.example', '127.0.0.1', '::1', '2001:db8::a:1'])
  const read = new X509Certificate(cert)

  it('goes with its key, and signs itself', () => {
    expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true)
    expect(read.verify(read.publicKey)).toBe(true)
    expect(read.checkIssued(read)).toBe(true)
    expect(read.ca).toBe(true)
  })

  it('is valid for the names given, and no others', () => {
    expect([read.checkHost('localhost'), read.checkHost('db.example'), read.checkHost('other.example')]).toEqual([
      'localhost',
      'db.example',
      undefined,
    ])
    expect(['127.0.0.1', '::1', '2001:db8::a:1'].every(address => read.checkIP(address) === address)).toBe(true)
    expect(read.checkIP('127.0.0.2')).toBeUndefined()
  })

  it('does not expire', () => {
    expect(new Date(read.validTo).getUTCFullYear()).toBe(9999)
  })

  it('fits names of any length', () => {
    const names = Array.from({ length: 200 }, (_, index) => `host-${index}.example`)
    expect(new X509Certificate(createSelfSigned(names).cert).checkHost('host-199.example')).toBe('host-199.example')
  })
})

describe('DER', () => {
  it.each([
    ['1.2.840.10045.4.3.2', '06082a8648ce3d040302'],
    ['2.5.29.17', '0603551d11'],
  ])('encodes the object identifier %s', (dotted, hex) => {
    expect(objectId(dotted).toString('hex')).toBe(hex)
  })

  it.each([
    ['10.0.0.255', '0a0000ff'],
    ['::', '00000000000000000000000000000000'],
    ['fe80::1', 'fe800000000000000000000000000001'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ])('encodes the address %s', (address, hex) => {
    expect(addressBytes(address).toString('hex')).toBe(hex)
  })
})
