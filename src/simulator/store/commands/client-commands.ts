import { RespError, RespVerbatim } from '../../../wire/value.js'
import { toInteger } from '../numbers.js'
import { CommandError, NO_LIST, OK, type Reply, syntaxError } from '../reply.js'
import { bytesAt, type Call, type CommandSpec, keywordAt, nameAt, textAt } from '../specification.js'
import type { StoreClient } from '../store-client.js'

type Subcommand = (call: Call) => Reply

function setInfo(call: Call): Reply {
  const [attribute, value] = [keywordAt(call, 2), textAt(call, 3)]
  if (attribute === 'LIB-NAME') call.client.libraryName = value
  else if (attribute === 'LIB-VER') call.client.libraryVersion = value
  else throw new CommandError(`ERR Unrecognized option '${textAt(call, 2)}'`)
  return OK
}

function setName(call: Call): Reply {
  const name = textAt(call, 2)
  if (/[^!-~]/.test(name))
    throw new CommandError('ERR Client names cannot contain spaces, newlines or special characters.')
  call.client.name = name
  return OK
}

function unblock({ store, words }: Call): Reply {
  const how = words[3]?.toString().toUpperCase() ?? 'TIMEOUT'
  if (how !== 'TIMEOUT' && how !== 'ERROR')
    throw new CommandError('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR')
  const client = store.clients.get(toInteger(bytesAt({ words }, 2)))
  const error = new RespError('UNBLOCKED client unblocked via CLIENT UNBLOCK')
  return client !== undefined && store.blocked.unblock(client, how === 'ERROR' ? error : NO_LIST) ? 1 : 0
}

/** `CLIENT KILL ID n [SKIPME yes|no]`; the other filters are not offered. */
function kill(call: Call): Reply {
  const { store, client } = call
  if (keywordAt(call, 2) !== 'ID') throw syntaxError()
  const victim = store.clients.get(toInteger(bytesAt(call, 3)))
  const skipsMe = keywordAt(call, 4) !== 'SKIPME' || keywordAt(call, 5) !== 'NO'
  if (victim === undefined || (victim === client && skipsMe)) return 0
  if (victim === client) client.leaving = true
  else victim.kill()
  return 1
}

function tracking(call: Call): Reply {
  const { client, store } = call
  const mode = keywordAt(call, 2)
  if (mode === 'ON') client.tracking = readTracking(call)
  else if (mode === 'OFF') client.tracking = undefined
  else throw syntaxError()
  store.tracking.update(client)
  return OK
}

function readTracking(call: Call): NonNullable<StoreClient['tracking']> {
  if (call.client.protocol !== 3) {
    throw new CommandError('ERR Client tracking with RESP2 needs REDIRECT, which this store does not offer')
  }
  const prefixes: string[] = []
  const flags = new Set<string>()
  for (let at = 3; at < call.words.length; at += 1) {
    const option = keywordAt(call, at)
    if (option === 'PREFIX') {
      at += 1
      prefixes.push(nameAt(call, at))
    } else if (option === 'BCAST' || option === 'NOLOOP') flags.add(option)
    else throw syntaxError()
  }
  return { prefixes: flags.has('BCAST') ? prefixes : undefined, noLoop: flags.has('NOLOOP') }
}

function describe(client: StoreClient): string {
  const { channels, patterns, shards } = client.subscriptions
  const facts: Readonly<Record<string, string | number>> = {
    id: client.id,
    name: client.name,
    db: client.keyspace.index,
    sub: channels.size,
    psub: patterns.size,
    ssub: shards.size,
    multi: client.transaction?.queue.length ?? -1,
    watch: client.watches.length,
    flags: client.blocked === undefined ? (client.transaction === undefined ? 'N' : 'x') : 'b',
    cmd: client.lastCommand,
    resp: client.protocol,
    'lib-name': client.libraryName,
    'lib-ver': client.libraryVersion,
  }
  return `${Object.entries(facts)
    .map(([fact, value]) => `${fact}=${value}`)
    .join(' ')}\n`
}

function list(call: Call): Reply {
  const all = [...call.store.clients.values()]
  const ids = keywordAt(call, 2) === 'ID' ? call.words.slice(3).map(toInteger) : undefined
  const shown = all.filter(({ id }) => ids === undefined || ids.includes(id))
  return new RespVerbatim('txt', shown.map(describe).join(''))
}

const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map<string, Subcommand>([
  ['ID', ({ client }) => client.id],
  ['GETNAME', ({ client }) => (client.name === '' ? null : client.name)],
  ['SETNAME', setName],
  ['SETINFO', setInfo],
  ['INFO', ({ client }) => new RespVerbatim('txt', describe(client))],
  ['LIST', list],
  ['NO-EVICT', () => OK],
  ['NO-TOUCH', () => OK],
  ['UNBLOCK', unblock],
  ['KILL', kill],
  ['TRACKING', tracking],
])

function client(call: Call): Reply {
  const run = SUBCOMMANDS.get(keywordAt(call, 1))
  if (run === undefined) throw new CommandError(`ERR unknown subcommand '${textAt(call, 1)}'. Try CLIENT HELP.`)
  return run(call)
}

/** `CLIENT` and its subcommands. */
export const clientCommands: readonly CommandSpec[] = [{ name: 'CLIENT', arity: -2, run: client }]
