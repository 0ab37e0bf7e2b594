import { ENDPOINT_TYPES, type EndpointType, endpointTypeOf } from '../../core/options/endpoint-type.js'
import { type ChosenProvider, chooseProvider } from '../../core/provider/provider.js'
import { AZURE_CHANNEL } from '../../notifications/azure-notification.js'
import { RespError, type RespValue } from '../../wire/value.js'
import { explainFull, isFull } from '../program/explain-failure.js'
import { type Check, check } from './check.js'
import type { ServerTalk } from './server-talk.js'

/** What the server said about itself when it was greeted. */
export interface Greeted {
  readonly protocol: 2 | 3
  readonly server: string
  readonly version: string
  /** `standalone`, `cluster` or `sentinel`. */
  readonly mode: string
}

/** Asks for RESP3 with the credentials, and says what it is. `undefined` where the server lets nobody in. */
export async function greet(
  talk: ServerTalk,
  { username, password }: { readonly username: string | undefined; readonly password: string | undefined },
): Promise<{ readonly check: Check; readonly greeted: Greeted | undefined }> {
  const auth = password === undefined ? [] : ['AUTH', username ?? 'default', password]
  const hello = await talk.ask('HELLO', '3', ...auth)
  if (hello instanceof Map) {
    const greeted = readHello(hello)
    const text = `RESP3, ${greeted.server} ${greeted.version}, ${greeted.mode}`
    return { check: check('ok', 'protocol', text, { ...greeted }), greeted }
  }
  const prefix = hello instanceof RespError ? hello.prefix : ''
  if (/^(?:WRONGPASS|NOAUTH|NOPERM)$/.test(prefix) || /invalid password|without any password/i.test(messageOf(hello))) {
    return {
      check: check('fault', 'credentials', explainCredentials(hello, password !== undefined)),
      greeted: undefined,
    }
  }
  if (isFull(messageOf(hello)))
    return { check: check('fault', 'connections', explainFull('the server')), greeted: undefined }
  return greetInResp2(talk, auth.slice(1), messageOf(hello))
}

/** Whether there is the database that is wanted; `undefined` where none is named. */
export async function checkDatabase(talk: ServerTalk, database: number | undefined): Promise<Check | undefined> {
  if (database === undefined) return undefined
  const answer = await talk.ask('SELECT', String(database))
  if (!(answer instanceof RespError)) return check('ok', 'database', `${database} can be selected`, { database })
  return check('fault', 'database', `${database} cannot be selected (${answer.message.slice(0, 120)})`, { database })
}

async function greetInResp2(
  talk: ServerTalk,
  credentials: readonly string[],
  reason: string,
): Promise<{ readonly check: Check; readonly greeted: Greeted | undefined }> {
  const refusal = credentials.length === 0 ? undefined : await talk.ask('AUTH', ...credentials)
  if (refusal instanceof RespError)
    return { check: check('fault', 'credentials', explainCredentials(refusal, true)), greeted: undefined }
  const text = `only RESP2 (${reason}): servers announce nothing over it`
  const greeted: Greeted = { protocol: 2, server: 'unknown', version: 'unknown', mode: 'standalone' }
  return { check: check('warning', 'protocol', text, { protocol: 2 }), greeted }
}

function explainCredentials(answer: RespValue, given: boolean): string {
  if (given)
    return `the server refuses the user or the password (${prefixOf(answer)}): check both, and whether the user is on`
  return 'the server asks for a password, and none was given: put it into the URL, or into REDISCLI_AUTH'
}

function readHello(hello: ReadonlyMap<RespValue, RespValue>): Greeted {
  const text = (name: string): string => String(hello.get(name) ?? 'unknown')
  return { protocol: 3, server: text('server'), version: text('version'), mode: text('mode') }
}

/** Asks whether notifications can be had, for each type of endpoint, and takes that back. */
export async function checkOptIn(
  talk: ServerTalk,
  tls: boolean,
): Promise<{ readonly check: Check; readonly types: readonly EndpointType[] }> {
  const types: EndpointType[] = []
  let reason = ''
  for (const type of ENDPOINT_TYPES) {
    const answer = await talk.ask('CLIENT', 'MAINT_NOTIFICATIONS', 'ON', 'moving-endpoint-type', type)
    if (answer instanceof RespError) reason = answer.message
    else types.push(type)
  }
  if (types.length > 0) await talk.ask('CLIENT', 'MAINT_NOTIFICATIONS', 'OFF')
  const chosen = endpointTypeOf(talk.address, tls)
  if (types.length === 0) {
    const text = `this server announces no maintenance (${reason.slice(0, 120)})`
    return { check: check('note', 'notifications', text, { types }), types }
  }
  if (!types.includes(chosen)) {
    const text = `it refuses the endpoint type ${chosen}, which would be asked for; it takes ${types.join(', ')}: set maintNotifications.endpointType`
    return { check: check('warning', 'notifications', text, { types, chosen }), types }
  }
  return {
    check: check('ok', 'notifications', `accepted with endpoint types ${types.join(', ')}; ${chosen} is asked for`, {
      types,
      chosen,
    }),
    types,
  }
}

/** Finds out the provider. */
export async function findProvider(
  talk: ServerTalk,
  host: string,
  greeted: Greeted,
  announces: boolean,
): Promise<ChosenProvider> {
  const info = (await talk.askText('INFO', 'server')) ?? ''
  const os = /^os:(.*)$/m.exec(info)?.[1]?.trim()
  const { server, version } = greeted
  return chooseProvider('auto', {
    host,
    server: { server, version, acceptsNotifications: announces, ...(os !== undefined && { os }) },
  })
}

/** Whether it is a primary. */
export async function checkRole(talk: ServerTalk): Promise<Check> {
  const role = await talk.ask('ROLE')
  const name = Array.isArray(role) ? String(role[0]) : undefined
  if (name === 'master') return check('ok', 'role', 'a primary', { role: 'primary' })
  if (name === 'slave') {
    const [, host, port] = role as readonly RespValue[]
    const text = `a replica of ${String(host)}:${String(port)}: it refuses writes; a client searches for the primary behind its name`
    return check('warning', 'role', text, { role: 'replica' })
  }
  if (name === 'sentinel')
    return check('warning', 'role', 'a Sentinel, no database: ask it for the primary', { role: 'sentinel' })
  return check(
    'warning',
    'role',
    `the server does not say (${prefixOf(role)}): a replica is found out by its READONLY`,
    { role: null },
  )
}

/** Whether it is one node of a cluster, and how many there are. */
export async function checkCluster(talk: ServerTalk, { mode }: Greeted): Promise<Check> {
  if (mode !== 'cluster') return check('ok', 'cluster', 'no cluster', { cluster: false })
  const slots = await talk.ask('CLUSTER', 'SLOTS')
  const rows = Array.isArray(slots) ? (slots as readonly RespValue[]) : []
  const primaries = new Set(rows.map(row => JSON.stringify(Array.isArray(row) ? row[2]?.slice?.(0, 2) : row)))
  const covered = rows.reduce<number>(
    (sum, row) => sum + (Array.isArray(row) ? Number(row[1]) - Number(row[0]) + 1 : 0),
    0,
  )
  const facts = { cluster: true, primaries: primaries.size, coveredSlots: covered }
  if (covered < 16_384) {
    return check(
      'fault',
      'cluster',
      `a cluster that covers ${covered} of 16384 slots: keys in the others are refused`,
      facts,
    )
  }
  return check('note', 'cluster', `a cluster of ${primaries.size} primaries: use createCluster`, facts)
}

/** How far away it is. */
export async function checkRoundTrip(talk: ServerTalk): Promise<Check> {
  const times: number[] = []
  for (let count = 0; count < 9; count += 1) times.push(await talk.roundTripMs())
  const sorted = times.sort((a, b) => a - b)
  const [median = 0, most = 0] = [sorted[4], sorted[8]]
  const text = `${median.toFixed(2)} ms, at most ${most.toFixed(2)} ms: a hand-off pauses new commands for about that long`
  return check('ok', 'round trip', text, { medianMs: median, mostMs: most, connectMs: talk.connectMs })
}

/** Whether Azure's announcements can be heard. */
export async function checkAzure(talk: ServerTalk, provider: ChosenProvider['provider']): Promise<Check | undefined> {
  if (!provider.startsWith('azure')) return undefined
  const answer = await talk.askText('PUBSUB', 'NUMSUB', AZURE_CHANNEL)
  if (answer === undefined)
    return check('warning', 'Azure channel', `the user may not look at ${AZURE_CHANNEL}: grant &${AZURE_CHANNEL}`)
  return check('ok', 'Azure channel', `${AZURE_CHANNEL} is listened to by default`)
}

function prefixOf(answer: RespValue): string {
  return answer instanceof RespError ? answer.prefix : 'no error'
}

function messageOf(answer: RespValue): string {
  return answer instanceof RespError ? answer.message.slice(0, 120) : 'no answer to HELLO'
}
