import type { CommandError, Reply } from './reply.js'

/** What a node minds of the connection that a command came on. */
export interface Visitor {
  /** Whether a replica may answer its reads. */
  readonly readonly: boolean
  /** Whether the next command may be served by the destination of a slot on its way. */
  readonly asking: boolean
}

/** A command about the node itself, and the keys that there are. */
export interface Question {
  readonly words: readonly Buffer[]
  readonly keyspace: { names(): readonly string[] }
}

/** What the node that a client is connected to adds to the store: who it is, and which commands are not for it. */
export interface Seat {
  readonly mode: 'cluster' | 'sentinel' | 'standalone'
  readonly server: 'redis' | 'valkey'
  /** The role that `HELLO` and `INFO` tell. */
  readonly roleName: string
  /** What `ROLE` answers. */
  role(): Reply
  /** Refuses commands that are to be executed together. The client may be sent elsewhere. */
  refuse(client: Visitor, commands: readonly (readonly Buffer[])[]): CommandError | undefined
  /** Whether the node has a key. */
  holds(name: string): boolean
  /** Answers `CLUSTER` or `SENTINEL`. */
  answer(question: Question): Reply
}
