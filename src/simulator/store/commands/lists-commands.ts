import { toName } from '../entry.js'
import { toCount, toInteger, toTimeoutMs } from '../numbers.js'
import { NO_LIST, type Reply } from '../reply.js'
import { bytesAt, type Call, type CommandSpec, nameAt } from '../specification.js'

type End = 'left' | 'right'

function items(call: Call, name: string): Buffer[] {
  return call.keyspace.get(name, 'list')?.items ?? []
}

function push(call: Call, end: End, onlyIfThere: boolean): Reply {
  const name = nameAt(call, 1)
  const list = call.keyspace.get(name, 'list')
  if (list === undefined && onlyIfThere) return 0
  const target = list?.items ?? []
  for (const word of call.words.slice(2)) {
    if (end === 'left') target.unshift(Buffer.from(word))
    else target.push(Buffer.from(word))
  }
  if (list === undefined) call.keyspace.set(name, { type: 'list', items: target })
  else call.keyspace.changed(name)
  return target.length
}

function take(call: Call, name: string, end: End): Buffer | undefined {
  const list = items(call, name)
  const item = end === 'left' ? list.shift() : list.pop()
  if (item !== undefined) call.keyspace.changed(name)
  return item
}

function pop(call: Call, end: End): Reply {
  const name = nameAt(call, 1)
  if (call.words.length === 2) return take(call, name, end) ?? null
  const limit = toCount(bytesAt(call, 2))
  const length = items(call, name).length
  if (length === 0) return NO_LIST
  return Array.from({ length: Math.min(limit, length) }, () => take(call, name, end) ?? null)
}

/** Takes from the first list that has something, or waits for one. */
function blockingPop(call: Call, end: End): Reply {
  const names = call.words.slice(1, -1).map(toName)
  const timeoutMs = toTimeoutMs(bytesAt(call, call.words.length - 1))
  const attempt = (): Reply | undefined => {
    for (const name of names) {
      const item = take(call, name, end)
      if (item !== undefined) return [Buffer.from(name, 'latin1'), item]
    }
    return undefined
  }
  return attempt() ?? call.wait({ keyspace: call.keyspace, names, timeoutMs, attempt })
}

function range(call: Call): Reply {
  const [from, to] = [toInteger(bytesAt(call, 2)), toInteger(bytesAt(call, 3))]
  const list = items(call, nameAt(call, 1))
  const start = from < 0 ? Math.max(0, list.length + from) : from
  const end = to < 0 ? list.length + to : to
  return list.slice(start, end + 1)
}

function index(call: Call): Reply {
  const list = items(call, nameAt(call, 1))
  return list.length === 0 ? null : (list.at(toInteger(bytesAt(call, 2))) ?? null)
}

/** The commands that work on lists. */
export const listCommands: readonly CommandSpec[] = [
  { name: 'LPUSH', arity: -3, run: call => push(call, 'left', false) },
  { name: 'RPUSH', arity: -3, run: call => push(call, 'right', false) },
  { name: 'LPUSHX', arity: -3, run: call => push(call, 'left', true) },
  { name: 'RPUSHX', arity: -3, run: call => push(call, 'right', true) },
  { name: 'LPOP', arity: -2, run: call => pop(call, 'left') },
  { name: 'RPOP', arity: -2, run: call => pop(call, 'right') },
  { name: 'BLPOP', arity: -3, flags: ['blocking'], run: call => blockingPop(call, 'left') },
  { name: 'BRPOP', arity: -3, flags: ['blocking'], run: call => blockingPop(call, 'right') },
  { name: 'LRANGE', arity: 4, reads: 'first', run: range },
  { name: 'LINDEX', arity: 3, reads: 'first', run: index },
  { name: 'LLEN', arity: 2, reads: 'first', run: call => items(call, nameAt(call, 1)).length },
]
