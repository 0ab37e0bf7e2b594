import { RespError } from '../../wire/value.js'
import { type Check, check } from './check.js'
import type { ServerTalk } from './server-talk.js'

/** What the library asks a server for itself, and what is lost without the right to. */
const ASKED: readonly (readonly [words: readonly string[], needed: string])[] = [
  [['PING'], 'proof that a connection is alive'],
  [['ROLE'], 'telling a primary from a replica'],
  [['CLIENT', 'INFO'], 'knowing its own connection'],
  [['CLIENT', 'LIST', 'ID', '1'], 'telling a busy connection from a dead one'],
  [['CLIENT', 'UNBLOCK', '1152921504606846975'], 'releasing blocking commands at a hand-off'],
  [['CLIENT', 'SETINFO', 'LIB-NAME', 'redis-hitless'], 'naming the library on the server'],
  [['INFO', 'server'], 'recognising the provider'],
]

/** A server with fewer places left, as a part of all, has too few for a hand-off of every client at once. */
const LITTLE_ROOM = 0.5
/** A firewall may forget connections that say nothing for so long, in seconds. */
const LONG_SILENCE_S = 300

/** Which rights of the user are missing. */
export async function checkRights(talk: ServerTalk): Promise<Check> {
  const missing: string[] = []
  const lost: string[] = []
  for (const [words, needed] of ASKED) {
    const answer = await talk.ask(...words)
    if (!(answer instanceof RespError) || answer.prefix !== 'NOPERM') continue
    missing.push(
      words
        .slice(0, words[0] === 'CLIENT' ? 2 : 1)
        .join('|')
        .toLowerCase(),
    )
    lost.push(needed)
  }
  if (missing.length === 0) return check('ok', 'rights', 'all that is asked for is allowed', { missing })
  const grants = missing.map(command => `+${command}`).join(' ')
  return check('warning', 'rights', `the user lacks ${grants}: without, no ${lost.join(', no ')}`, { missing })
}

/** How many more connections the server takes: at a hand-off each client has two. */
export async function checkRoom(talk: ServerTalk): Promise<Check> {
  const info = (await talk.askText('INFO', 'clients')) ?? ''
  const connected = numberIn(info, 'connected_clients')
  const most = numberIn(info, 'maxclients') ?? (await configured(talk, 'maxclients'))
  if (connected === undefined || most === undefined) {
    return check('note', 'connections', 'the server does not say how many it takes', {
      connected: connected ?? null,
      most: most ?? null,
    })
  }
  const facts = { connected, most }
  if (connected > most * LITTLE_ROOM) {
    const text = `${connected} of ${most} in use: at a hand-off each client has two for a moment, so more than half is too many`
    return check('warning', 'connections', text, facts)
  }
  return check('ok', 'connections', `${connected} of ${most} in use`, facts)
}

/** Whether idle connections stay open. */
export async function checkKeepalive(talk: ServerTalk): Promise<Check> {
  const keepaliveS = await configured(talk, 'tcp-keepalive')
  const timeoutS = await configured(talk, 'timeout')
  if (keepaliveS === undefined || timeoutS === undefined) {
    return check('note', 'keepalive', 'the server does not show its settings', { keepaliveS: null, timeoutS: null })
  }
  const facts = { keepaliveS, timeoutS }
  if (timeoutS > 0) {
    const text = `the server closes connections that are idle for ${timeoutS} s: set hitless.age.maxIdleMs below that`
    return check('warning', 'keepalive', text, facts)
  }
  if (keepaliveS === 0 || keepaliveS > LONG_SILENCE_S) {
    return check(
      'warning',
      'keepalive',
      `tcp-keepalive is ${keepaliveS} s: firewalls may forget idle connections`,
      facts,
    )
  }
  return check('ok', 'keepalive', `every ${keepaliveS} s, and idle connections are not closed`, facts)
}

async function configured(talk: ServerTalk, name: string): Promise<number | undefined> {
  const answer = await talk.ask('CONFIG', 'GET', name)
  const value = answer instanceof Map ? answer.get(name) : Array.isArray(answer) ? answer[1] : undefined
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : undefined
}

function numberIn(info: string, name: string): number | undefined {
  const digits = new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]
  return digits === undefined ? undefined : Number(digits)
}
