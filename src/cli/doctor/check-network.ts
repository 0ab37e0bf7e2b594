import { lookup, Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { checkServerIdentity } from 'node:tls'
import { systemClock } from '../../base/clock.js'
import { textOf } from '../program/error-text.js'
import { explainFailure } from '../program/explain-failure.js'
import type { ServerUrl } from '../program/server-url.js'
import { type Check, check } from './check.js'

const DAY_MS = 86_400_000
/** A certificate that ends within so many days is told of. */
const SOON_DAYS = 14
/** A name that is kept for longer, in seconds, leads to the old place for that long. */
const LONG_TTL_S = 60

/** Looks at what the name of the server leads to. */
export async function checkDns({ host }: ServerUrl): Promise<Check> {
  if (isIP(host) !== 0) {
    const text = 'an address, no name: a move that names no endpoint cannot be followed by DNS'
    return check('note', 'DNS', text, { addresses: [host] })
  }
  try {
    const answers = await lookup(host, { all: true })
    const addresses = answers.map(({ address }) => address)
    const ttlS = await ttlOf(host)
    const kept = ttlS === undefined ? 'the time to live is not known' : `kept for ${ttlS} s`
    const facts = { addresses, ttlS: ttlS ?? null }
    if (ttlS === undefined || ttlS <= LONG_TTL_S) return check('ok', 'DNS', `${addresses.join(', ')}; ${kept}`, facts)
    return check(
      'warning',
      'DNS',
      `${addresses.join(', ')}; ${kept}: resolvers lead to the old place for that long`,
      facts,
    )
  } catch (error) {
    return check('fault', 'DNS', `${host} leads nowhere: ${textOf(error)}`)
  }
}

/** The time to live that a name server tells; names of the local machine have none. */
async function ttlOf(host: string): Promise<number | undefined> {
  try {
    const answers = await new Resolver({ timeout: 1_000, tries: 1 }).resolve4(host, { ttl: true })
    return answers.length === 0 ? undefined : Math.min(...answers.map(({ ttl }) => ttl))
  } catch {
    return undefined
  }
}

/** Says why no connection could be made. */
export function explainRefusal(error: unknown, server: ServerUrl): Check {
  const { code = '' } = error as { readonly code?: string }
  return check('fault', 'connection', explainFailure(error, server), { code })
}

/** Judges the certificate of the server. */
export function checkTls(socket: TLSSocket, { host }: ServerUrl): Check {
  const certificate = socket.getPeerCertificate()
  const names = certificate.subjectaltname ?? certificate.subject?.CN ?? 'no name'
  const daysLeft = Math.floor((Date.parse(certificate.valid_to) - systemClock.epochMs()) / DAY_MS)
  const facts = { names, validTo: certificate.valid_to, protocol: socket.getProtocol(), daysLeft }
  const wrongName = checkServerIdentity(host, certificate)
  if (wrongName !== undefined) {
    const text = `the certificate is for ${names}, not for ${host}: connect by one of these names, or set socket.servername`
    return check('fault', 'TLS', text, facts)
  }
  if (!socket.authorized) {
    const reason = String(socket.authorizationError)
    const text = `the certificate is for ${names} and not trusted (${reason}): give clients its authority as socket.ca, or by NODE_EXTRA_CA_CERTS, which also counts here`
    return check('fault', 'TLS', text, { ...facts, reason })
  }
  if (daysLeft < SOON_DAYS)
    return check('warning', 'TLS', `the certificate for ${names} ends in ${daysLeft} days`, facts)
  return check('ok', 'TLS', `${facts.protocol}, a trusted certificate for ${names}, ${daysLeft} days left`, facts)
}
