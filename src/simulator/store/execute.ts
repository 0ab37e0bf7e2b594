import { RespError } from '../../wire/value.js'
import type { Blocked } from './blocked.js'
import { COMMANDS } from './command-table.js'
import { CommandError, NO_LIST, QUEUED, Replies, type Reply, toErrorReply } from './reply.js'
import { type Call, type CommandSpec, readNames, takes } from './specification.js'
import type { Store } from './store.js'
import type { StoreClient } from './store-client.js'

/** Executes one command of a client, or queues it while `MULTI` is open. A wait is told through `onWait`. */
export function execute(
  store: Store,
  { client, words, onWait }: { client: StoreClient; words: readonly Buffer[]; onWait: Call['wait'] },
): Reply {
  store.acting = client
  try {
    const spec = find(client, words)
    client.lastCommand = spec.name.toLowerCase()
    if (spec.name === 'EXEC') return executeQueue(store, client)
    if (client.transaction !== undefined && spec.immediate !== true) {
      client.transaction.queue.push(words)
      return QUEUED
    }
    return run(spec, { store, client, keyspace: client.keyspace, words, wait: onWait })
  } catch (error) {
    return toErrorReply(error)
  } finally {
    store.acting = undefined
    if (client.transaction === undefined && client.lastCommand !== 'asking') client.asking = false
    store.blocked.serve()
  }
}

/** Finds a command, and refuses it where it cannot be executed at all. A refusal makes an open transaction fail. */
function find(client: StoreClient, words: readonly Buffer[]): CommandSpec {
  const given = words[0]?.toString('utf8') ?? ''
  const spec = COMMANDS.get(given.toUpperCase())
  const refusal = refuse(spec, { client, words, given })
  if (spec !== undefined && refusal === undefined) return spec
  if (client.transaction !== undefined) client.transaction.spoilt = true
  throw refusal ?? new CommandError('ERR')
}

function refuse(
  spec: CommandSpec | undefined,
  { client, words, given }: { client: StoreClient; words: readonly Buffer[]; given: string },
): CommandError | undefined {
  if (spec === undefined) {
    const rest = words.slice(1).map(part => `'${part.toString('utf8').slice(0, 128)}' `)
    return new CommandError(`ERR unknown command '${given}', with args beginning with: ${rest.join('').slice(0, 128)}`)
  }
  const name = spec.name.toLowerCase()
  if (!takes(spec, words.length)) {
    return new CommandError(`ERR wrong number of arguments for '${name}' command`)
  }
  if (client.restricted && spec.whileSubscribed !== true) {
    const allowed = '(P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET'
    return new CommandError(`ERR Can't execute '${name}': only ${allowed} are allowed in this context`)
  }
  return client.seat?.refuse(client, [words])
}

function run(spec: CommandSpec, call: Call): Reply {
  call.store.tracking.read(call.client, readNames(spec, call.words))
  return spec.run(call)
}

/** `EXEC`: all queued commands at once, or none. */
function executeQueue(store: Store, client: StoreClient): Reply {
  const { transaction, disturbed } = client
  if (transaction === undefined) return new RespError('ERR EXEC without MULTI')
  client.transaction = undefined
  client.unwatch()
  if (transaction.spoilt) return new RespError('EXECABORT Transaction discarded because of previous errors.')
  // Since the commands were queued, their keys may have gone to another node.
  const refusal = client.seat?.refuse(client, transaction.queue)
  if (refusal !== undefined) return toErrorReply(refusal)
  if (disturbed) return NO_LIST
  const wait = (_: Blocked): Reply => NO_LIST
  const replies = transaction.queue.map(words => {
    try {
      return run(find(client, words), { store, client, keyspace: client.keyspace, words, wait })
    } catch (error) {
      return toErrorReply(error)
    }
  })
  return new Replies(replies)
}
