import { createPrivateKey, X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createSelfSigned } from '../../../src/simulator/tls/self-signed.js'

const HOSTS = ['localhost', 'db.example']
const ADDRESSES = ['127.0.0.1', '10.0.0.255', '::', '::1', 'fe80::1', '2001:db8::a:1', '1:2:3:4:5:6:7:8']

describe('a self-signed certificate', async () => {
  const { key, cert } = await createSelfSigned([...HOSTS, ...ADDRESSES])
  const read = new X509Certificate(cert)

  it('goes with its key, and signs itself', () => {
    expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true)
    expect(read.verify(read.publicKey)).toBe(true)
    expect(read.checkIssued(read)).toBe(true)
    expect(read.ca).toBe(true)
  })

  it('has a key on an elliptic curve, which takes no time to make', () => {
    expect(read.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' })
  })

  it('is valid for the names given, and no others', () => {
    expect([...HOSTS, 'other.example'].map(host => read.checkHost(host))).toEqual([...HOSTS, undefined])
    expect([...ADDRESSES, '127.0.0.2'].map(address => read.checkIP(address))).toEqual([...ADDRESSES, undefined])
  })

  it('does not expire', () => {
    expect(new Date(read.validTo).getUTCFullYear()).toBe(9999)
  })

  it('is valid on machines whose clock is some years late', () => {
    expect(new Date(read.validFrom).getUTCFullYear()).toBe(2020)
  })

  it('is told from others by its name', async () => {
    const other = await createSelfSigned(HOSTS)
    expect(new X509Certificate(other.cert).subject).not.toBe(read.subject)
  })

  it('fits names of any length', async () => {
    const names = Array.from({ length: 200 }, (_, index) => `host-${index}.example`)
    const { cert: long } = await createSelfSigned(names)
    expect(new X509Certificate(long).checkHost('host-199.example')).toBe('host-199.example')
  })
})
