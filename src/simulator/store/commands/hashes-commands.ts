import type { RespValue } from '../../../wire/value.js'
import { toBytes, toName } from '../entry.js'
import { addBigInts, toBigInt } from '../numbers.js'
import { CommandError, integer, OK, type Reply } from '../reply.js'
import { bytesAt, type Call, type CommandSpec, nameAt } from '../specification.js'

type Fields = Map<string, Buffer>

function fields(call: Call): Fields {
  return call.keyspace.get(nameAt(call, 1), 'hash')?.fields ?? new Map()
}

/** Changes a hash, which is made for it when it is not there. */
function change<T>(call: Call, edit: (fields: Fields) => T): T {
  const name = nameAt(call, 1)
  const hash = call.keyspace.get(name, 'hash')
  const edited = hash?.fields ?? new Map()
  const result = edit(edited)
  if (hash === undefined) {
    if (edited.size > 0) call.keyspace.set(name, { type: 'hash', fields: edited })
  } else call.keyspace.changed(name)
  return result
}

function set(call: Call): number {
  if (call.words.length % 2 === 1) throw new CommandError("ERR wrong number of arguments for 'hset' command")
  return change(call, edited => {
    const before = edited.size
    for (let at = 2; at < call.words.length; at += 2) edited.set(nameAt(call, at), Buffer.from(bytesAt(call, at + 1)))
    return edited.size - before
  })
}

function setMany(call: Call): Reply {
  set(call)
  return OK
}

function setIfMissing(call: Call): Reply {
  const field = nameAt(call, 2)
  return fields(call).has(field) ? 0 : change(call, edited => edited.set(field, Buffer.from(bytesAt(call, 3))) && 1)
}

function remove(call: Call): Reply {
  return change(call, edited => call.words.slice(2).filter(word => edited.delete(toName(word))).length)
}

function add(call: Call): Reply {
  const amount = toBigInt(bytesAt(call, 3))
  return change(call, edited => {
    const field = nameAt(call, 2)
    const bytes = edited.get(field)
    const sum = addBigInts(bytes === undefined ? 0n : toHashNumber(bytes), amount)
    edited.set(field, Buffer.from(String(sum)))
    return integer(sum)
  })
}

function toHashNumber(bytes: Buffer): bigint {
  try {
    return toBigInt(bytes)
  } catch {
    throw new CommandError('ERR hash value is not an integer')
  }
}

function readAll(call: Call): Reply {
  return new Map<RespValue, RespValue>([...fields(call)].map(([field, value]) => [toBytes(field), value]))
}

function readMany(call: Call): Reply {
  const present = fields(call)
  return call.words.slice(2).map(word => present.get(toName(word)) ?? null)
}

/** The commands that work on hashes. */
export const hashCommands: readonly CommandSpec[] = [
  { name: 'HSET', arity: -4, run: set },
  { name: 'HMSET', arity: -4, run: setMany },
  { name: 'HSETNX', arity: 4, run: setIfMissing },
  { name: 'HGET', arity: 3, reads: 'first', run: call => fields(call).get(nameAt(call, 2)) ?? null },
  { name: 'HMGET', arity: -3, reads: 'first', run: readMany },
  { name: 'HGETALL', arity: 2, reads: 'first', run: readAll },
  { name: 'HKEYS', arity: 2, reads: 'first', run: call => [...fields(call).keys()].map(toBytes) },
  { name: 'HVALS', arity: 2, reads: 'first', run: call => [...fields(call).values()] },
  { name: 'HEXISTS', arity: 3, reads: 'first', run: call => (fields(call).has(nameAt(call, 2)) ? 1 : 0) },
  { name: 'HLEN', arity: 2, reads: 'first', run: call => fields(call).size },
  { name: 'HDEL', arity: -3, run: remove },
  { name: 'HINCRBY', arity: 4, run: add },
]
