import { toBytes, toName } from '../entry.js'
import type { Reply } from '../reply.js'
import { type Call, type CommandSpec, nameAt } from '../specification.js'

function members(call: Call): Set<string> {
  return call.keyspace.get(nameAt(call, 1), 'set')?.members ?? new Set()
}

function add(call: Call): Reply {
  const name = nameAt(call, 1)
  const existing = call.keyspace.get(name, 'set')?.members
  const edited = existing ?? new Set<string>()
  const before = edited.size
  for (const word of call.words.slice(2)) edited.add(toName(word))
  if (existing === undefined) call.keyspace.set(name, { type: 'set', members: edited })
  else if (edited.size > before) call.keyspace.changed(name)
  return edited.size - before
}

function remove(call: Call): Reply {
  const edited = members(call)
  const removed = call.words.slice(2).filter(word => edited.delete(toName(word))).length
  if (removed > 0) call.keyspace.changed(nameAt(call, 1))
  return removed
}

function contains(call: Call, member: string): 0 | 1 {
  return members(call).has(member) ? 1 : 0
}

/** The commands that work on sets. */
export const setCommands: readonly CommandSpec[] = [
  { name: 'SADD', arity: -3, run: add },
  { name: 'SREM', arity: -3, run: remove },
  { name: 'SMEMBERS', arity: 2, reads: 'first', run: call => new Set([...members(call)].map(toBytes)) },
  { name: 'SISMEMBER', arity: 3, reads: 'first', run: call => contains(call, nameAt(call, 2)) },
  {
    name: 'SMISMEMBER',
    arity: -3,
    reads: 'first',
    run: call => call.words.slice(2).map(word => contains(call, toName(word))),
  },
  { name: 'SCARD', arity: 2, reads: 'first', run: call => members(call).size },
]
