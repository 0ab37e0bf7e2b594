import { isIP } from 'node:net'
import { textOf } from '../program/error-text.js'
import { printServerUrl, type ServerUrl } from '../program/server-url.js'
import { predict, suggest } from './advice.js'
import { type Check, check } from './check.js'
import { checkKeepalive, checkRights, checkRoom } from './check-limits.js'
import { checkDns, checkTls, explainRefusal } from './check-network.js'
import {
  checkAzure,
  checkCluster,
  checkDatabase,
  checkOptIn,
  checkRole,
  checkRoundTrip,
  findProvider,
  type Greeted,
  greet,
} from './check-server.js'
import { ServerTalk } from './server-talk.js'

/** What the doctor found out. */
export interface Diagnosis {
  readonly server: string
  readonly checks: readonly Check[]
  /** What redis-hitless does here; empty where the server could not be asked. */
  readonly prediction: readonly string[]
  /** Options that fit this server. */
  readonly suggestions: readonly string[]
}

/** Examines a server. Never rejects: what stands in the way is a check that failed. */
export async function examine(server: ServerUrl): Promise<Diagnosis> {
  const checks: Check[] = [await checkDns(server)]
  const nothing = { server: printServerUrl(server), checks, prediction: [], suggestions: [] }
  let talk: ServerTalk
  try {
    talk = await ServerTalk.open(server)
  } catch (error) {
    checks.push(explainRefusal(error, server))
    return nothing
  }
  try {
    checks.push(
      check('ok', 'connection', `${talk.address} in ${talk.connectMs.toFixed(1)} ms`, { address: talk.address }),
    )
    if (talk.tls !== undefined) checks.push(checkTls(talk.tls, server))
    // No password is sent where the certificate is wrong.
    if (checks.some(({ name, status }) => name === 'TLS' && status === 'fault')) return nothing
    const { check: first, greeted } = await greet(talk, server)
    checks.push(first)
    return greeted === undefined ? nothing : { ...nothing, ...(await askAll(talk, { server, greeted, checks })) }
  } catch (error) {
    const hint = server.tls || checks.some(({ name }) => name === 'protocol') ? '' : '; it may expect TLS (rediss://)'
    checks.push(check('fault', 'conversation', `${textOf(error)}${hint}`))
    return nothing
  } finally {
    talk.close()
  }
}

async function askAll(
  talk: ServerTalk,
  { server, greeted, checks }: { server: ServerUrl; greeted: Greeted; checks: Check[] },
): Promise<Pick<Diagnosis, 'prediction' | 'suggestions'>> {
  const database = await checkDatabase(talk, server.database)
  if (database !== undefined) checks.push(database)
  checks.push(await checkRole(talk))
  const { check: optIn, types } = await checkOptIn(talk, server.tls)
  checks.push(optIn)
  const announces = types.length > 0
  const { provider, reason } = await findProvider(talk, server.host, greeted, announces)
  checks.push(check('ok', 'provider', `${provider}: ${reason}`, { provider }))
  const azure = await checkAzure(talk, provider)
  if (azure !== undefined) checks.push(azure)
  checks.push(await checkCluster(talk, greeted), await checkRoundTrip(talk))
  checks.push(await checkRights(talk), await checkRoom(talk), await checkKeepalive(talk))
  const found = { server, greeted, provider, announces, isNamed: isIP(server.host) === 0 }
  return { prediction: predict(found), suggestions: suggest(found) }
}
