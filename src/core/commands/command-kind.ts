import { ORDINARY_COMMANDS } from './listed-commands.js'
import { READ_COMMANDS } from './read-commands.js'

/**
 * Commands that need more than to be sent. The server may answer `blocking` commands late on purpose; `database` and
 * `setting` commands set up the connection, `reset` ends all of that; `transaction` commands tie the application to it;
 * `script` commands fill or empty the server's memory of scripts. Of `unlisted` commands only the server knows more.
 */
export type CommandKind = 'blocking' | 'database' | 'setting' | 'transaction' | 'reset' | 'script' | 'unlisted'

const BLOCKING = [
  ['BLPOP', 'BRPOP', 'BLMOVE', 'BLMOVEM', 'BRPOPLPUSH', 'BLMPOP', 'BZPOPMIN', 'BZPOPMAX', 'BZMPOP', 'WAIT', 'WAITAOF'],
  'blocking',
] as const

const KINDS = new Map<string, CommandKind | 'ordinary' | 'blocking-with-option' | 'client' | 'about-scripts'>([
  ...[...ORDINARY_COMMANDS, ...READ_COMMANDS].map(name => [name, 'ordinary'] as const),
  ...BLOCKING[0].map(name => [name, BLOCKING[1]] as const),
  ['XREAD', 'blocking-with-option'],
  ['XREADGROUP', 'blocking-with-option'],
  ['SELECT', 'database'],
  ['CLIENT', 'client'],
  ['AUTH', 'setting'],
  ['HELLO', 'setting'],
  ['RESET', 'reset'],
  ['READONLY', 'setting'],
  ['READWRITE', 'setting'],
  ['EVAL', 'script'],
  ['EVAL_RO', 'script'],
  ['SCRIPT', 'about-scripts'],
  ['WATCH', 'transaction'],
  ['UNWATCH', 'transaction'],
  ['MULTI', 'transaction'],
  ['EXEC', 'transaction'],
  ['DISCARD', 'transaction'],
])

const CLIENT_SETTINGS = new Set(['SETNAME', 'SETINFO', 'NO-EVICT', 'NO-TOUCH', 'TRACKING', 'CAPA', 'IMPORT-SOURCE'])

const SCRIPT_MEMORY = new Set(['LOAD', 'FLUSH'])

const CLIENT_REPLY = 'REPLY'

/**
 * Tells apart the commands that need more than to be sent.
 *
 * XREAD and XREADGROUP only block with BLOCK, which must precede STREAMS.
 */
export function kindOf(args: readonly unknown[]): CommandKind | undefined {
  const kind = KINDS.get(upper(args[0]))
  if (kind === 'ordinary') return undefined
  if (kind === 'blocking-with-option') return hasBlockOption(args) ? 'blocking' : undefined
  if (kind === 'client') return clientKind(upper(args[1]))
  if (kind === 'about-scripts') return SCRIPT_MEMORY.has(upper(args[1])) ? 'script' : undefined
  return kind ?? 'unlisted'
}

/** Whether all commands of a name need no more than to be sent. */
export function isOrdinary(name: string): boolean {
  return KINDS.get(name.toUpperCase()) === 'ordinary'
}

/** Whether a command of a kind means the same on another connection, as far as that depends on its kind. */
export function isMovable(kind: CommandKind | undefined): boolean {
  return kind === undefined || kind === 'blocking' || kind === 'script' || kind === 'unlisted'
}

function clientKind(subcommand: string): CommandKind | undefined {
  if (subcommand === CLIENT_REPLY) return 'transaction'
  return CLIENT_SETTINGS.has(subcommand) ? 'setting' : undefined
}

/** A word of a command in upper case. */
export function upper(word: unknown): string {
  if (typeof word !== 'string') return String(word).toUpperCase()
  const first = word.charCodeAt(0)
  // Typed commands come in upper case. Not converting them gains a few percent of throughput.
  return first >= 97 && first <= 122 ? word.toUpperCase() : word
}

function hasBlockOption(args: readonly unknown[]): boolean {
  for (const arg of args) {
    const word = upper(arg)
    if (word === 'STREAMS') return false
    if (word === 'BLOCK') return true
  }
  return false
}
