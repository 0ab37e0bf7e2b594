import type { SlotRange } from '../../notifications/notification.js'

/**
 * How a node treats connections.
 *
 * - `serving`: shakes hands after `handshakeMs`, answers after `answerMs`.
 * - `refusing`: refuses new connections; those that are open go on.
 * - `silent`: takes everything and answers nothing.
 * - `hanging-up`: ends a connection instead of finishing its handshake.
 * - `loading`: shakes hands, but cannot serve yet; a hand-off must not go there.
 * - `loading-only`: answers that it is loading to everything, also instead of shaking hands.
 * - `replica`: serves reads only; a hand-off that looks for a primary must not go there.
 * - `pausing-writes`: takes writes, and executes them when it behaves otherwise, as after `CLIENT PAUSE`.
 */
export type NodeConduct =
  | 'serving'
  | 'refusing'
  | 'silent'
  | 'hanging-up'
  | 'loading'
  | 'loading-only'
  | 'replica'
  | 'lacking-replicas'
  | 'pausing-writes'

/** What can be set about a node, at first and by a step. Times are in milliseconds. */
export interface NodeSettings {
  /** Default `serving`. */
  readonly conduct?: NodeConduct
  /** From the dial to the last reply of the handshake, in milliseconds. Default 1. */
  readonly handshakeMs?: number
  /** From a command to its answer, in milliseconds. Default 1. */
  readonly answerMs?: number
  /** The names of commands that it forbids, perhaps with a word, as `SUBSCRIBE news`. Default: none. */
  readonly forbids?: readonly string[]
  /** As a `replica`: the node that it follows, which it names as Valkey does to those that asked for it. Default: none. */
  readonly follows?: string
  /** The node that it names as the primary: a node that names one is a sentinel. Default: none. */
  readonly names?: string
  /** In a cluster: the slots that it owns. As a step they are taken from their owners, and nobody is told. Default: none. */
  readonly owns?: readonly SlotRange[]
  /** The error that it answers to commands with a key; `null` ends that. Default: none. */
  readonly refuses?: string | null
}

/** A node of the modelled world. */
export interface ScenarioNode extends NodeSettings {
  /** What `MOVING` says for this node. Default `<name>.test:6379`. */
  readonly endpoint?: string
  /** What the node says that it is. Valkey takes `CLIENT CAPA redirect`. Default `redis`. */
  readonly server?: 'redis' | 'valkey'
}
