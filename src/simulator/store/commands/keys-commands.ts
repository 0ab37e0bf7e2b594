import { toBytes, toName } from '../entry.js'
import { matchesGlob } from '../glob.js'
import { toInteger } from '../numbers.js'
import { CommandError, OK, type Reply, simple } from '../reply.js'
import { bytesAt, type Call, type CommandSpec, heldNames, keywordAt, nameAt, textAt } from '../specification.js'

function count(call: Call, visit: (name: string) => boolean): Reply {
  return call.words.slice(1).map(toName).filter(visit).length
}

function rename(call: Call): Reply {
  const [from, to] = [nameAt(call, 1), nameAt(call, 2)]
  const entry = call.keyspace.entry(from)
  if (entry === undefined) throw new CommandError('ERR no such key')
  if (from === to) return OK
  call.keyspace.delete(from)
  call.keyspace.set(to, entry.value, entry.expiresAt)
  return OK
}

/** Whether a key's expiry may be changed, by the word that says when. */
const CONDITIONS: ReadonlyMap<string, (current: number | undefined, next: number) => boolean> = new Map([
  ['', () => true],
  ['NX', (current?: number) => current === undefined],
  ['XX', (current?: number) => current !== undefined],
  ['GT', (current: number | undefined, next: number) => current !== undefined && next > current],
  ['LT', (current: number | undefined, next: number) => current === undefined || next < current],
])

/** Sets how long a key lives. A key with no time left is deleted. */
function expire(call: Call, unitMs: number): Reply {
  const { keyspace, store } = call
  const allows = CONDITIONS.get(keywordAt(call, 3))
  if (allows === undefined) throw new CommandError(`ERR Unsupported option ${textAt(call, 3)}`)
  const livesMs = toInteger(bytesAt(call, 2)) * unitMs
  const name = nameAt(call, 1)
  const entry = keyspace.entry(name)
  const next = store.clock.now() + livesMs
  if (entry === undefined || !allows(entry.expiresAt, next)) return 0
  if (livesMs <= 0) keyspace.delete(name)
  else keyspace.expire(name, next)
  return 1
}

function timeToLive(call: Call, unitMs: number): Reply {
  const entry = call.keyspace.entry(nameAt(call, 1))
  if (entry === undefined) return -2
  if (entry.expiresAt === undefined) return -1
  return Math.round((entry.expiresAt - call.store.clock.now()) / unitMs)
}

function persist(call: Call): Reply {
  const name = nameAt(call, 1)
  if (call.keyspace.entry(name)?.expiresAt === undefined) return 0
  return call.keyspace.expire(name, undefined) ? 1 : 0
}

function keys(call: Call): Reply {
  const pattern = nameAt(call, 1)
  return heldNames(call)
    .filter(name => matchesGlob(pattern, name))
    .map(toBytes)
}

/** The commands that work on keys of any type. */
export const keyCommands: readonly CommandSpec[] = [
  {
    name: 'DEL',
    arity: -2,
    run: call => count(call, name => call.keyspace.entry(name) !== undefined && call.keyspace.delete(name)),
  },
  {
    name: 'UNLINK',
    arity: -2,
    run: call => count(call, name => call.keyspace.entry(name) !== undefined && call.keyspace.delete(name)),
  },
  {
    name: 'EXISTS',
    arity: -2,
    reads: 'rest',
    run: call => count(call, name => call.keyspace.entry(name) !== undefined),
  },
  {
    name: 'TOUCH',
    arity: -2,
    flags: ['readonly'],
    run: call => count(call, name => call.keyspace.entry(name) !== undefined),
  },
  {
    name: 'TYPE',
    arity: 2,
    reads: 'first',
    run: call => simple(call.keyspace.entry(nameAt(call, 1))?.value.type ?? 'none'),
  },
  { name: 'RENAME', arity: 3, run: rename },
  { name: 'EXPIRE', arity: -3, run: call => expire(call, 1000) },
  { name: 'PEXPIRE', arity: -3, run: call => expire(call, 1) },
  { name: 'TTL', arity: 2, reads: 'first', run: call => timeToLive(call, 1000) },
  { name: 'PTTL', arity: 2, reads: 'first', run: call => timeToLive(call, 1) },
  { name: 'PERSIST', arity: 2, run: persist },
  { name: 'KEYS', arity: 2, flags: ['readonly'], run: keys },
]
