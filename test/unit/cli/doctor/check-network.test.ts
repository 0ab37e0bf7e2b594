import type { TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../../src/base/clock.js'
import { checkDns, checkTls } from '../../../../src/cli/doctor/check-network.js'

const DAY_MS = 86_400_000
const SERVER = {
  ...{ host: 'redis.example', port: 6_379, tls: true },
  ...{ username: undefined, password: undefined, database: undefined },
}

/** A connection whose certificate is for a name, and valid for so many days. */
function socketOf(
  names: string,
  { daysLeft = 90, authorized = true }: { readonly daysLeft?: number; readonly authorized?: boolean } = {},
): TLSSocket {
  const validTo = new Date(systemClock.epochMs() + (daysLeft + 0.5) * DAY_MS).toUTCString()
  const certificate = { subject: { CN: names }, subjectaltname: `DNS:${names}`, valid_to: validTo }
  return {
    authorized,
    authorizationError: 'SELF_SIGNED_CERT_IN_CHAIN',
    getPeerCertificate: () => certificate,
    getProtocol: () => 'TLSv1.3',
  } as unknown as TLSSocket
}

describe('a certificate', () => {
  it.each([
    [socketOf('redis.example'), 'ok', 'TLSv1.3, a trusted certificate for DNS:redis.example, 90 days left'],
    [socketOf('redis.example', { daysLeft: 3 }), 'warning', 'ends in 3 days'],
    [socketOf('redis.example', { authorized: false }), 'fault', 'not trusted (SELF_SIGNED_CERT_IN_CHAIN)'],
    [socketOf('other.example'), 'fault', 'is for DNS:other.example, not for redis.example'],
  ])('is judged: case %#', (socket, status, text) => {
    expect(checkTls(socket, SERVER)).toMatchObject({ status, text: expect.stringContaining(text) })
  })
})

describe('a name', () => {
  it('that is an address cannot be followed', async () => {
    expect(await checkDns({ ...SERVER, host: '127.0.0.1' })).toMatchObject({
      status: 'note',
      facts: { addresses: ['127.0.0.1'] },
    })
  })

  it('of this machine has no time to live', async () => {
    expect(await checkDns({ ...SERVER, host: 'localhost' })).toMatchObject({
      status: 'ok',
      text: expect.stringContaining('the time to live is not known'),
    })
  })
})
