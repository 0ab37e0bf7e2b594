import { toName } from '../entry.js'
import { CommandError, OK, type Reply } from '../reply.js'
import type { Call, CommandSpec } from '../specification.js'

function multi({ client }: Call): Reply {
  if (client.transaction !== undefined) throw new CommandError('ERR MULTI calls can not be nested')
  client.transaction = { queue: [], spoilt: false }
  return OK
}

function discard({ client }: Call): Reply {
  if (client.transaction === undefined) throw new CommandError('ERR DISCARD without MULTI')
  client.transaction = undefined
  client.unwatch()
  return OK
}

function watch({ client, keyspace, words }: Call): Reply {
  if (client.transaction !== undefined) throw new CommandError('ERR WATCH inside MULTI is not allowed')
  for (const word of words.slice(1)) client.watches.push({ keyspace, name: toName(word) })
  return OK
}

function unwatch({ client }: Call): Reply {
  client.unwatch()
  return OK
}

/** The executor knows `EXEC` by its name, and runs the queue. */
function exec(): Reply {
  throw new CommandError('ERR EXEC without MULTI')
}

/** The commands that make a transaction. */
export const transactionCommands: readonly CommandSpec[] = [
  { name: 'MULTI', arity: 1, run: multi, immediate: true },
  { name: 'EXEC', arity: 1, run: exec, immediate: true },
  { name: 'DISCARD', arity: 1, run: discard, immediate: true },
  { name: 'WATCH', arity: -2, run: watch, immediate: true },
  { name: 'UNWATCH', arity: 1, run: unwatch },
]
