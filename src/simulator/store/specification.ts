import type { Blocked } from './blocked.js'
import { toName } from './entry.js'
import type { Keyspace } from './keyspace.js'
import type { Reply } from './reply.js'
import type { Store } from './store.js'
import type { StoreClient } from './store-client.js'

/** What a command is executed with. */
export interface Call {
  readonly store: Store
  readonly client: StoreClient
  /** The database that the client selected. */
  readonly keyspace: Keyspace
  /** The words of the command, the name included. */
  readonly words: readonly Buffer[]
  /** Lets the client wait, and returns what the command answers now. Inside `EXEC` no command waits. */
  readonly wait: (blocked: Blocked) => Reply
}

/** One command of the store. */
export interface CommandSpec {
  /** In upper case. */
  readonly name: string
  /** How many words it takes, the name included; negative for at least as many. */
  readonly arity: number
  readonly run: (call: Call) => Reply
  /** Which words are keys that it reads, for tracking: the first, and how many or `rest`. */
  readonly reads?: 'first' | 'rest'
  /** What `COMMAND` tells of it, besides whether it reads or writes. */
  readonly flags?: readonly string[]
  /** Executed at once while `MULTI` queues. */
  readonly immediate?: boolean
  /** Allowed to subscribers under RESP2. */
  readonly whileSubscribed?: boolean
}

/** A word as the bytes that were sent. */
export function bytesAt(call: Pick<Call, 'words'>, index: number): Buffer {
  return call.words[index] ?? EMPTY
}

/** A word as the name of a key, field or member. */
export function nameAt(call: Pick<Call, 'words'>, index: number): string {
  return toName(bytesAt(call, index))
}

/** A word as text. */
export function textAt(call: Pick<Call, 'words'>, index: number): string {
  return bytesAt(call, index).toString('utf8')
}

/** A word in upper case. */
export function keywordAt(call: Pick<Call, 'words'>, index: number): string {
  return textAt(call, index).toUpperCase()
}

/** The names of the keys that the client's node has. */
export function heldNames({ client, keyspace }: Call): readonly string[] {
  const { seat } = client
  return seat === undefined ? keyspace.names() : keyspace.names().filter(name => seat.holds(name))
}

/** Whether a command may have so many words, its name included. */
export function takes({ arity }: CommandSpec, words: number): boolean {
  return arity > 0 ? words === arity : words >= -arity
}

/** The names of the keys that a command reads. */
export function readNames(spec: CommandSpec, words: readonly Buffer[]): readonly string[] {
  if (spec.reads === undefined) return []
  return words.slice(1, spec.reads === 'first' ? 2 : undefined).map(toName)
}

const EMPTY: Buffer = Buffer.alloc(0)
