import type { RespValue } from '../../../wire/value.js'
import { isShardChannelCommand, keyPlacesOf, keysOf } from '../command-keys.js'
import { CommandError, Replies, type Reply, simple } from '../reply.js'
import { type Call, type CommandSpec, keywordAt, takes, textAt } from '../specification.js'
import { isWriteCommand } from '../write-commands.js'

/** `COMMAND`, which tells of the commands given, and of itself. */
export function commandOf(others: readonly CommandSpec[]): CommandSpec {
  const itself: CommandSpec = { name: 'COMMAND', arity: -1, run: call => answer(call, known) }
  const known: ReadonlyMap<string, CommandSpec> = new Map([...others, itself].map(spec => [spec.name, spec]))
  return itself
}

type Known = ReadonlyMap<string, CommandSpec>

function answer(call: Call, known: Known): Reply {
  switch (call.words.length === 1 ? '' : keywordAt(call, 1)) {
    case '':
      return new Replies([...known.values()].map(describe))
    case 'COUNT':
      return known.size
    case 'LIST':
      return [...known.keys()].map(name => name.toLowerCase())
    case 'INFO':
      return new Replies(asked(call, known).map(spec => (spec === undefined ? null : describe(spec))))
    case 'DOCS':
      return new Map(asked(call, known).flatMap(spec => (spec === undefined ? [] : [document(spec)])))
    case 'GETKEYS':
      return keysIn(call.words.slice(2), known)
    default:
      throw new CommandError(`ERR unknown subcommand '${textAt(call, 1)}'. Try COMMAND HELP.`)
  }
}

/** The commands that are named, or all where none is. */
function asked(call: Call, known: Known): readonly (CommandSpec | undefined)[] {
  if (call.words.length === 2) return [...known.values()]
  return call.words.slice(2).map(word => known.get(word.toString('latin1').toUpperCase()))
}

/** Name, arity, flags, keys, and what the store has nothing of: categories, tips, specifications, subcommands. */
function describe({ name, arity, reads, flags = [] }: CommandSpec): Reply {
  const { first, last, step, movable } = keyPlacesOf(name)
  const access = isWriteCommand(name) ? ['write'] : reads === undefined ? [] : ['readonly']
  const all = [...access, ...flags, ...(movable === undefined ? [] : ['movablekeys'])]
  return new Replies([name.toLowerCase(), arity, new Replies(all.map(simple)), first, last, step, [], [], [], []])
}

function document({ name }: CommandSpec): readonly [string, RespValue] {
  const facts = { summary: `${name}, as far as the built-in store has it`, since: '1.0.0', group: 'generic' }
  return [name.toLowerCase(), new Map(Object.entries(facts))]
}

function keysIn(words: readonly Buffer[], known: Known): Reply {
  const spec = known.get(words[0]?.toString('latin1').toUpperCase() ?? '')
  if (spec === undefined) throw new CommandError('ERR Invalid command specified')
  if (!takes(spec, words.length)) throw new CommandError('ERR Invalid number of arguments specified for command')
  const keys = isShardChannelCommand(words) ? [] : keysOf(words)
  if (keys.length === 0) throw new CommandError('ERR The command has no key arguments')
  return keys
}
