import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'
import {
  addressBytes,
  bits,
  generalizedTime,
  objectId,
  octets,
  positive,
  sequence,
  setOf,
  tagged,
  text,
  utcTime,
  yes,
} from './der.js'

/** A private key and the certificate that goes with it, in PEM. */
export interface TlsIdentity {
  readonly key: string | Buffer
  readonly cert: string | Buffer
}

const ECDSA_WITH_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'))
const COMMON_NAME = objectId('2.5.4.3')
const SUBJECT_ALT_NAME = objectId('2.5.29.17')
const BASIC_CONSTRAINTS = objectId('2.5.29.19')

/** From 2020, with no end: the year that RFC 5280 gives certificates without a good expiry date. */
const VALIDITY = sequence(utcTime('200101000000Z'), generalizedTime('99991231235959Z'))

/**
 * Makes a key and a certificate that signs itself. A client that trusts the certificate as an authority can connect.
 *
 * @param names - The host names and addresses that it is valid for.
 */
export function createSelfSigned(names: readonly string[]): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const unsigned = toUnsigned(publicKey, names)
  const signature = sign('sha256', unsigned, privateKey)
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: toPem(sequence(unsigned, ECDSA_WITH_SHA256, bits(signature))),
  }
}

/** Version, serial number, algorithm, issuer, validity, subject, key, extensions: RFC 5280, 4.1. */
function toUnsigned(publicKey: KeyObject, names: readonly string[]): Buffer {
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(8)])
  // A name of its own: among trusted certificates of one name, OpenSSL may compare with the wrong one.
  const name = sequence(setOf(sequence(COMMON_NAME, text(`redis-hitless simulator ${serial.toString('hex')}`))))
  return sequence(
    tagged(0, positive(Buffer.from([2])), true),
    positive(serial),
    ECDSA_WITH_SHA256,
    name,
    VALIDITY,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(authority(), altNames(names)), true),
  )
}

function authority(): Buffer {
  return sequence(BASIC_CONSTRAINTS, yes(), octets(sequence(yes())))
}

function altNames(names: readonly string[]): Buffer {
  const [dnsName, ipAddress] = [2, 7]
  const entries = names.map(name =>
    isIP(name) === 0 ? tagged(dnsName, Buffer.from(name), false) : tagged(ipAddress, addressBytes(name), false),
  )
  return sequence(SUBJECT_ALT_NAME, octets(sequence(...entries)))
}

function toPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
