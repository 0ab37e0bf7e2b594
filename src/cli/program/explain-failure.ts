import { textOf } from './error-text.js'
import { printServerUrl, type ServerUrl } from './server-url.js'

/** What is told of a server: nothing of it is a secret. `password` only says whether there is one. */
type Place = Pick<ServerUrl, 'host' | 'port' | 'tls'> & Partial<Pick<ServerUrl, 'password'>>

/** Says why a connection could not be made, and what to look at. No part of it is a secret. */
export function explainFailure(error: unknown, server: Place): string {
  const { code = '', message = '' } = error as { readonly code?: string; readonly message?: string }
  const place = printServerUrl(server)
  // The time that the host library gives has no code.
  const isLate = code === 'ETIMEDOUT' || message === 'Connection timeout'
  if (server.tls && isLate) return `${place} did not finish a TLS handshake: it may speak plain text (redis://)`
  const [refusal] = /^(?:WRONGPASS|NOAUTH|NOPERM)\b/.exec(message) ?? []
  if (refusal === 'NOAUTH' && server.password === undefined)
    return `${place} asks for a password, and none was given: put it into the URL, or into REDISCLI_AUTH`
  if (refusal !== undefined)
    return `${place} refuses the user or the password (${refusal}): check both, and whether the user is on`
  if (isFull(message)) return explainFull(place)
  if (/DB index is out of range/i.test(message)) return `${place} has no database of that number`
  return explanationOf(isLate ? 'ETIMEDOUT' : code, place, error)
}

/** Whether an error says that the server takes no more connections. */
export function isFull(message: string): boolean {
  return /max number of clients/i.test(message)
}

/** Says what to do about that. */
export function explainFull(place: string): string {
  return `${place} has no room for another connection (maxclients): close some, or raise it`
}

function explanationOf(code: string, place: string, error: unknown): string {
  switch (code) {
    case 'ECONNREFUSED':
      return `nothing listens at ${place}: check the host and the port, and whether the server runs`
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${place} does not answer: check the network, firewalls and security groups`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name in ${place} leads nowhere`
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
    case 'EPROTO':
      return `${place} does not speak TLS: try redis:// in place of rediss://`
    case 'ECONNRESET':
      return `${place} ends connections as they are made: it may expect TLS (rediss://), or have no room`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `the certificate of ${place} is for another name: ${textOf(error)}`
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `the certificate of ${place} is not trusted (${code}): make its authority known by NODE_EXTRA_CA_CERTS`
    default:
      return `no connection to ${place}: ${textOf(error)}`
  }
}
