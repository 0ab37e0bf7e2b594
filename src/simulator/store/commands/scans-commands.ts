import type { RespValue } from '../../../wire/value.js'
import { toBytes } from '../entry.js'
import { matchesGlob } from '../glob.js'
import { toInteger } from '../numbers.js'
import { CommandError, type Reply, syntaxError } from '../reply.js'
import { bytesAt, type Call, type CommandSpec, heldNames, keywordAt, nameAt, textAt } from '../specification.js'

/** What restricts a scan. */
interface Filter {
  pattern: string
  count: number
  type: string | undefined
}

interface Page {
  readonly cursor: string
  readonly names: readonly string[]
}

/**
 * One page of a scan. Names are visited in the order of their hash, and the cursor is a hash: a name that is there all
 * the time is seen, whatever is added and removed during the scan.
 */
function page(names: readonly string[], cursor: number, count: number): Page {
  const rest = names
    .map(name => ({ name, hash: hash(name) }))
    .filter(item => item.hash >= cursor)
    .sort((a, b) => a.hash - b.hash)
  const last = rest[count - 1]
  if (last === undefined || rest.length <= count) return { cursor: '0', names: rest.map(({ name }) => name) }
  const shown = rest.filter(item => item.hash <= last.hash)
  return { cursor: shown.length === rest.length ? '0' : String(last.hash + 1), names: shown.map(({ name }) => name) }
}

/** FNV-1a, never 0, which is the cursor of the beginning. */
function hash(name: string): number {
  let sum = 0x811c9dc5
  for (let at = 0; at < name.length; at += 1) sum = Math.imul(sum ^ name.charCodeAt(at), 0x01000193)
  return (sum >>> 0) + 1
}

function readFilter(call: Call, start: number): Filter {
  const filter: Filter = { pattern: '*', count: 10, type: undefined }
  for (let at = start; at < call.words.length; at += 2) {
    const option = keywordAt(call, at)
    if (at + 1 >= call.words.length) throw syntaxError()
    if (option === 'MATCH') filter.pattern = nameAt(call, at + 1)
    else if (option === 'COUNT') filter.count = Math.max(1, toInteger(bytesAt(call, at + 1)))
    else if (option === 'TYPE') filter.type = textAt(call, at + 1).toLowerCase()
    else throw syntaxError()
  }
  return filter
}

function readCursor(call: Call, index: number): number {
  const text = textAt(call, index)
  if (!/^\d{1,15}$/.test(text)) throw new CommandError('ERR invalid cursor')
  return Number(text)
}

function scan(call: Call): Reply {
  const { pattern, count, type } = readFilter(call, 2)
  const { cursor, names } = page(heldNames(call), readCursor(call, 1), count)
  const shown = names.filter(
    name => matchesGlob(pattern, name) && (type === undefined || call.keyspace.entry(name)?.value.type === type),
  )
  return [cursor, shown.map(toBytes)]
}

function scanFields(call: Call): Reply {
  const fields = call.keyspace.get(nameAt(call, 1), 'hash')?.fields ?? new Map<string, Buffer>()
  return scanMembers(call, [...fields.keys()], name => [toBytes(name), fields.get(name) ?? null])
}

function scanSet(call: Call): Reply {
  const members = call.keyspace.get(nameAt(call, 1), 'set')?.members ?? []
  return scanMembers(call, [...members], name => [toBytes(name)])
}

function scanMembers(call: Call, all: readonly string[], show: (name: string) => readonly RespValue[]): Reply {
  const { pattern, count } = readFilter(call, 3)
  const { cursor, names } = page(all, readCursor(call, 2), count)
  return [cursor, names.filter(name => matchesGlob(pattern, name)).flatMap(show)]
}

/** The commands that go through something page by page. */
export const scanCommands: readonly CommandSpec[] = [
  { name: 'SCAN', arity: -2, flags: ['readonly'], run: scan },
  { name: 'HSCAN', arity: -3, reads: 'first', run: scanFields },
  { name: 'SSCAN', arity: -3, reads: 'first', run: scanSet },
]
