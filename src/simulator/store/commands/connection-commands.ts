import type { RespValue } from '../../../wire/value.js'
import { toInteger } from '../numbers.js'
import { CommandError, OK, type Reply, simple, syntaxError } from '../reply.js'
import { bytesAt, type Call, type CommandSpec, keywordAt, textAt } from '../specification.js'
import type { StoreClient } from '../store-client.js'

/** The version that the store claims to be, which clients look at. */
export const VERSION = '7.2.0'

/** The version that it claims as Valkey. */
export const VALKEY_VERSION = '8.1.0'

function hello(call: Call): Reply {
  const { client, words } = call
  const asked = words.length > 1 ? textAt(call, 1) : String(client.protocol)
  if (asked !== '2' && asked !== '3') throw new CommandError('NOPROTO unsupported protocol version')
  const name = readHelloOptions(call)
  client.protocol = asked === '3' ? 3 : 2
  client.name = name ?? client.name
  return new Map<RespValue, RespValue>([
    ['server', client.seat?.server ?? 'redis'],
    ['version', client.seat?.server === 'valkey' ? VALKEY_VERSION : VERSION],
    ['proto', client.protocol],
    ['id', client.id],
    ['mode', client.seat?.mode ?? 'standalone'],
    ['role', client.seat?.roleName ?? 'master'],
    ['modules', []],
  ])
}

/** Reads `AUTH user password` and `SETNAME name`; returns the name, if one is set. */
function readHelloOptions(call: Call): string | undefined {
  let name: string | undefined
  for (let at = 2; at < call.words.length; ) {
    const option = keywordAt(call, at)
    if (option === 'AUTH' && at + 2 < call.words.length) {
      checkUser(textAt(call, at + 1))
      at += 3
    } else if (option === 'SETNAME' && at + 1 < call.words.length) {
      name = textAt(call, at + 1)
      at += 2
    } else {
      throw new CommandError(`ERR Syntax error in HELLO option '${textAt(call, at)}'`)
    }
  }
  return name
}

/** The store has no users but the default one, who needs no password. */
function checkUser(username: string): void {
  if (username === 'default') return
  throw new CommandError('WRONGPASS invalid username-password pair or user is disabled.')
}

function auth(call: Call): Reply {
  if (call.words.length > 3) throw syntaxError()
  if (call.words.length === 3) {
    checkUser(textAt(call, 1))
    return OK
  }
  throw new CommandError(
    'ERR AUTH <password> called without any password configured for the default user. ' +
      'Are you sure your configuration is correct?',
  )
}

function ping(call: Call): Reply {
  const { client, words } = call
  if (words.length > 2) throw new CommandError("ERR wrong number of arguments for 'ping' command")
  if (client.restricted) return ['pong', bytesAt(call, 1)]
  return words.length === 2 ? bytesAt(call, 1) : simple('PONG')
}

function select(call: Call): Reply {
  if (call.client.seat?.mode === 'cluster' && toInteger(bytesAt(call, 1)) !== 0)
    throw new CommandError('ERR SELECT is not allowed in cluster mode')
  const keyspace = call.store.keyspaces[toInteger(bytesAt(call, 1))]
  if (keyspace === undefined) throw new CommandError('ERR DB index is out of range')
  call.client.keyspace = keyspace
  return OK
}

function reset({ store, client }: Call): Reply {
  forgetState(client)
  client.keyspace = store.keyspaces[0] ?? client.keyspace
  store.tracking.update(client)
  return simple('RESET')
}

function forgetState(client: StoreClient): void {
  client.transaction = undefined
  client.readonly = false
  client.asking = false
  client.unwatch()
  client.tracking = undefined
  client.protocol = 2
  client.name = ''
  for (const names of Object.values(client.subscriptions)) names.clear()
}

function quit({ client }: Call): Reply {
  client.leaving = true
  return OK
}

function set(client: StoreClient, flag: 'readonly' | 'asking', on: boolean): Reply {
  client[flag] = on
  return OK
}

/** The commands that serve the connection itself. */
export const connectionCommands: readonly CommandSpec[] = [
  { name: 'HELLO', arity: -1, run: hello },
  { name: 'AUTH', arity: -2, run: auth },
  { name: 'PING', arity: -1, run: ping, whileSubscribed: true },
  { name: 'ECHO', arity: 2, run: call => bytesAt(call, 1) },
  { name: 'SELECT', arity: 2, run: select },
  { name: 'RESET', arity: 1, run: reset, immediate: true, whileSubscribed: true },
  { name: 'QUIT', arity: -1, run: quit, immediate: true, whileSubscribed: true },
  { name: 'READONLY', arity: 1, run: ({ client }) => set(client, 'readonly', true) },
  { name: 'READWRITE', arity: 1, run: ({ client }) => set(client, 'readonly', false) },
  { name: 'ASKING', arity: 1, run: ({ client }) => set(client, 'asking', true) },
]
