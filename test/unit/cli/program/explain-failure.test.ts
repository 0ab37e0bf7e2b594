import { expect, it } from 'vitest'
import { explainFailure } from '../../../../src/cli/program/explain-failure.js'

const SERVER = { host: 'redis.example', port: 6_379, tls: false }
const failed = (code: string, message = code): Error => Object.assign(new Error(message), { code })

it.each([
  ['ECONNREFUSED', 'nothing listens at redis://redis.example:6379'],
  ['EHOSTUNREACH', 'redis://redis.example:6379 does not answer'],
  ['ENETUNREACH', 'redis://redis.example:6379 does not answer'],
  ['ETIMEDOUT', 'redis://redis.example:6379 does not answer'],
  ['ENOTFOUND', 'the name in redis://redis.example:6379 leads nowhere'],
  ['EAI_AGAIN', 'the name in redis://redis.example:6379 leads nowhere'],
  ['EPROTO', 'does not speak TLS'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'does not speak TLS'],
  ['ECONNRESET', 'it may expect TLS (rediss://)'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'is for another name'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'is not trusted (SELF_SIGNED_CERT_IN_CHAIN)'],
  ['ESTRANGE', 'no connection to redis://redis.example:6379: ESTRANGE'],
])('%s is explained', (code, text) => {
  expect(explainFailure(failed(code), SERVER)).toContain(text)
})

it('a TLS handshake that is not finished may be plain text', () => {
  expect(explainFailure(failed('ETIMEDOUT'), { ...SERVER, tls: true })).toContain('it may speak plain text (redis://)')
})

it('a refusal of the user is told by its code alone', () => {
  const refusal = new Error('WRONGPASS invalid username-password pair or user is disabled.')
  expect(explainFailure(refusal, SERVER)).toContain('refuses the user or the password (WRONGPASS)')
})

it.each([
  ['NOAUTH Authentication required.', 'asks for a password, and none was given'],
  ['ERR max number of clients reached', 'has no room for another connection (maxclients)'],
  ['ERR DB index is out of range', 'has no database of that number'],
  ['Connection timeout', 'does not answer'],
])('%s is explained', (message, text) => {
  expect(explainFailure(new Error(message), SERVER)).toContain(text)
})
