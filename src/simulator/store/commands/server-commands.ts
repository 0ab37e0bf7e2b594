import { RespVerbatim } from '../../../wire/value.js'
import { CommandError, OK, type Reply } from '../reply.js'
import { type Call, type CommandSpec, heldNames, keywordAt } from '../specification.js'
import { VALKEY_VERSION, VERSION } from './connection-commands.js'

function info({ store, client }: Call): Reply {
  const lines = [
    '# Server',
    `redis_version:${VERSION}`,
    ...(client.seat?.server === 'valkey'
      ? ['server_name:valkey', `valkey_version:${VALKEY_VERSION}`]
      : ['server_name:redis-hitless']),
    `redis_mode:${client.seat?.mode ?? 'standalone'}`,
    '# Clients',
    `connected_clients:${store.clients.size}`,
    '# Persistence',
    'loading:0',
    '# Replication',
    `role:${client.seat?.roleName.replace('replica', 'slave') ?? 'master'}`,
    'connected_slaves:0',
    '# Keyspace',
    ...store.keyspaces.filter(({ size }) => size > 0).map(({ index, size }) => `db${index}:keys=${size},expires=0`),
  ]
  return new RespVerbatim('txt', `${lines.join('\r\n')}\r\n`)
}

function flushAll({ store }: Call): Reply {
  for (const keyspace of store.keyspaces) keyspace.clear()
  return OK
}

function flushDatabase({ keyspace }: Call): Reply {
  keyspace.clear()
  return OK
}

function config(call: Call): Reply {
  return keywordAt(call, 1) === 'GET' ? new Map() : OK
}

function refuseScripts(): Reply {
  throw new CommandError('ERR The built-in store runs no scripts; use a Redis server behind the simulator')
}

/** The commands about the server as a whole. */
export const serverCommands: readonly CommandSpec[] = [
  { name: 'INFO', arity: -1, run: info },
  { name: 'ROLE', arity: 1, run: ({ client }) => client.seat?.role() ?? ['master', 0, []] },
  { name: 'CONFIG', arity: -2, run: config },
  { name: 'WAIT', arity: 3, run: () => 0 },
  { name: 'DBSIZE', arity: 1, flags: ['readonly'], run: call => heldNames(call).length },
  { name: 'FLUSHALL', arity: -1, run: flushAll },
  { name: 'FLUSHDB', arity: -1, run: flushDatabase },
  { name: 'LASTSAVE', arity: 1, run: () => 0 },
  { name: 'EVAL', arity: -3, run: refuseScripts },
  { name: 'EVALSHA', arity: -3, run: refuseScripts },
  { name: 'FCALL', arity: -3, run: refuseScripts },
  { name: 'SCRIPT', arity: -2, run: refuseScripts },
  { name: 'FUNCTION', arity: -2, run: call => (keywordAt(call, 1) === 'LIST' ? [] : refuseScripts()) },
  { name: 'SENTINEL', arity: -2, run: sentinel },
  {
    name: 'CLUSTER',
    arity: -2,
    run: call => (call.client.seat?.mode === 'cluster' ? call.client.seat.answer(call) : refuseCluster()),
  },
]

function sentinel(call: Call): Reply {
  const { seat } = call.client
  if (seat?.mode === 'sentinel') return seat.answer(call)
  throw new CommandError("ERR unknown command 'SENTINEL', with args beginning with: ")
}

function refuseCluster(): Reply {
  throw new CommandError('ERR This instance has cluster support disabled')
}
