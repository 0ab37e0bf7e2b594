import { RespError } from '../../wire/value.js'
import { ServerTalk } from '../doctor/server-talk.js'
import { explainFailure } from '../program/explain-failure.js'
import type { RecordArgs } from './record-args.js'

/**
 * Proves that clients will reach the server through a proxy: it answers, its certificate is trusted, and it accepts the password
 * where one is given.
 *
 * @throws Error that says what is wrong, and no secret.
 */
export async function reachServer({ server, insecure }: Pick<RecordArgs, 'server' | 'insecure'>): Promise<void> {
  const { username = 'default', password } = server
  let talk: ServerTalk | undefined
  try {
    talk = await ServerTalk.open(server)
    if (talk.tls?.authorized === false && !insecure) throw untrusted(String(talk.tls.authorizationError))
    const answer = await (password === undefined ? talk.ask('PING') : talk.ask('AUTH', username, password))
    // Clients bring credentials of their own.
    if (answer instanceof RespError && !(password === undefined && answer.prefix === 'NOAUTH'))
      throw new Error(answer.message)
  } catch (cause) {
    throw new Error(explainFailure(cause, server), { cause })
  } finally {
    talk?.close()
  }
}

function untrusted(code: string): Error {
  return Object.assign(new Error(code), { code })
}
