import { randomUUID } from 'node:crypto'
import { isIP } from 'node:net'
import { HitlessError } from '../../base/errors.js'

/** A private key and the certificate that goes with it, in PEM. */
export interface TlsIdentity {
  readonly key: string | Buffer
  readonly cert: string | Buffer
}

/** From 2020, without an end: RFC 5280 names this year for certificates without a known expiry date. */
const VALIDITY = { notBeforeDate: new Date('2020-01-01T00:00:00Z'), notAfterDate: new Date('9999-12-31T23:59:59Z') }

/** The kinds of names of a certificate, as the library numbers them. */
const [DNS_NAME, IP_ADDRESS] = [2, 7] as const

/**
 * Makes a key and a certificate that signs itself. A client that trusts the certificate as an authority can connect.
 *
 * @param names - The host names and addresses that it is valid for.
 * @throws HitlessError `SIMULATOR_UNAVAILABLE` when the package `selfsigned` is not installed.
 */
export async function createSelfSigned(
  names: readonly string[],
): Promise<{ readonly key: string; readonly cert: string }> {
  const { generate } = await loadLibrary()
  // Each certificate has another name: OpenSSL may pick the wrong one among trusted certificates with the same name.
  const subject = [{ name: 'commonName', value: `redis-hitless simulator ${randomUUID()}` }]
  const made = await generate(subject, {
    ...VALIDITY,
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: names.map(toAltName) },
    ],
  })
  return { key: made.private, cert: made.cert }
}

function toAltName(name: string): { type: typeof DNS_NAME; value: string } | { type: typeof IP_ADDRESS; ip: string } {
  return isIP(name) === 0 ? { type: DNS_NAME, value: name } : { type: IP_ADDRESS, ip: name }
}

/** Loaded only when a certificate is made: it is an optional peer, and large. */
async function loadLibrary(): Promise<typeof import('selfsigned')> {
  try {
    return await import('selfsigned')
  } catch (cause) {
    const message =
      "Making a certificate takes the package 'selfsigned': install it, or give the node { tls: { key, cert } }"
    throw new HitlessError('SIMULATOR_UNAVAILABLE', message, {
      cause,
      facts: { kind: 'package', package: 'selfsigned' },
    })
  }
}
