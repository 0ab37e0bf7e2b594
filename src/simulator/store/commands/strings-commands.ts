import { toName } from '../entry.js'
import { addBigInts, toBigInt, toInteger, toLifeMs } from '../numbers.js'
import { CommandError, integer, OK, type Reply } from '../reply.js'
import { bytesAt, type Call, type CommandSpec, nameAt, textAt } from '../specification.js'
import { set } from './set-commands.js'

function read(call: Call, name: string): Buffer | null {
  return call.keyspace.get(name, 'string')?.bytes ?? null
}

/** Changes a string in place: its expiry stays. */
function write(call: Call, name: string, bytes: Buffer): void {
  call.keyspace.set(name, { type: 'string', bytes: Buffer.from(bytes) }, call.keyspace.entry(name)?.expiresAt)
}

function add(call: Call, amount: bigint): Reply {
  const name = nameAt(call, 1)
  const bytes = read(call, name)
  const sum = addBigInts(bytes === null ? 0n : toBigInt(bytes), amount)
  write(call, name, Buffer.from(String(sum)))
  return integer(sum)
}

function append(call: Call): Reply {
  const name = nameAt(call, 1)
  const bytes = Buffer.concat([read(call, name) ?? Buffer.alloc(0), bytesAt(call, 2)])
  write(call, name, bytes)
  return bytes.length
}

/** A key of another type counts as missing here. */
function readMany(call: Call): Reply {
  return call.words.slice(1).map(word => {
    const value = call.keyspace.entry(toName(word))?.value
    return value?.type === 'string' ? value.bytes : null
  })
}

function setMany(call: Call): Reply {
  if (call.words.length % 2 === 0) throw new CommandError("ERR wrong number of arguments for 'mset' command")
  for (let at = 1; at < call.words.length; at += 2) {
    call.keyspace.set(nameAt(call, at), { type: 'string', bytes: Buffer.from(bytesAt(call, at + 1)) })
  }
  return OK
}

function setWithLife(call: Call, unitMs: number): Reply {
  const livesMs = toLifeMs(bytesAt(call, 2), unitMs, textAt(call, 0).toLowerCase())
  const value = { type: 'string', bytes: Buffer.from(bytesAt(call, 3)) } as const
  call.keyspace.set(nameAt(call, 1), value, call.store.clock.now() + livesMs)
  return OK
}

function setIfMissing(call: Call): Reply {
  const name = nameAt(call, 1)
  if (call.keyspace.entry(name) !== undefined) return 0
  call.keyspace.set(name, { type: 'string', bytes: Buffer.from(bytesAt(call, 2)) })
  return 1
}

function replace(call: Call): Reply {
  const name = nameAt(call, 1)
  const old = read(call, name)
  call.keyspace.set(name, { type: 'string', bytes: Buffer.from(bytesAt(call, 2)) })
  return old
}

function take(call: Call): Reply {
  const name = nameAt(call, 1)
  const old = read(call, name)
  call.keyspace.delete(name)
  return old
}

function getRange(call: Call): Reply {
  const [from, to] = [toInteger(bytesAt(call, 2)), toInteger(bytesAt(call, 3))]
  const bytes = read(call, nameAt(call, 1)) ?? Buffer.alloc(0)
  return bytes.subarray(from < 0 ? Math.max(0, bytes.length + from) : from, (to < 0 ? bytes.length + to : to) + 1)
}

/** The commands that work on strings. */
export const stringCommands: readonly CommandSpec[] = [
  { name: 'GET', arity: 2, reads: 'first', run: call => read(call, nameAt(call, 1)) },
  { name: 'SET', arity: -3, run: set },
  { name: 'MGET', arity: -2, reads: 'rest', run: readMany },
  { name: 'MSET', arity: -3, run: setMany },
  { name: 'SETEX', arity: 4, run: call => setWithLife(call, 1000) },
  { name: 'PSETEX', arity: 4, run: call => setWithLife(call, 1) },
  { name: 'SETNX', arity: 3, run: setIfMissing },
  { name: 'GETSET', arity: 3, run: replace },
  { name: 'GETDEL', arity: 2, run: take },
  { name: 'GETRANGE', arity: 4, reads: 'first', run: getRange },
  { name: 'STRLEN', arity: 2, reads: 'first', run: call => read(call, nameAt(call, 1))?.length ?? 0 },
  { name: 'APPEND', arity: 3, run: append },
  { name: 'INCR', arity: 2, run: call => add(call, 1n) },
  { name: 'DECR', arity: 2, run: call => add(call, -1n) },
  { name: 'INCRBY', arity: 3, run: call => add(call, toBigInt(bytesAt(call, 2))) },
  { name: 'DECRBY', arity: 3, run: call => add(call, -toBigInt(bytesAt(call, 2))) },
]
