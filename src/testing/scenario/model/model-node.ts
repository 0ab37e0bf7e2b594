import type { Endpoint } from '../../../base/endpoint.js'
import type { Seat } from '../../../simulator/store/seat.js'
import type { Store } from '../../../simulator/store/store.js'
import type { NodeConduct } from '../node-settings.js'

/** A connection as its node sees it. */
export interface ModelPeer {
  readonly isReady: boolean
  /** The server pushes something, element by element. */
  receive(items: readonly unknown[]): void
  /** The node is no longer silent. */
  resume(): void
  breakOff(message: string): void
}

/** A node of the modelled world. */
export interface ModelNode {
  readonly name: string
  /** The address that its name leads to. */
  readonly address: string
  conduct: NodeConduct
  handshakeMs: number
  answerMs: number
  /** The names of commands that it forbids, perhaps only with a certain word. */
  forbids: readonly string[]
  readonly server: 'redis' | 'valkey'
  /** The error that it answers to commands with a key; `undefined` for none. */
  refuses: string | undefined
  /** Its place in a cluster; `undefined` where it is in none. */
  seat: Seat | undefined
  /** The primary that it names as a replica. */
  follows: Endpoint | undefined
  /** What it names as the primary, and how often it has changed its mind; `undefined` where it is no sentinel. */
  names: Endpoint | undefined
  epoch: number
  /** The number of the history of writes that it has, and of the one before it was promoted. */
  history: number
  formerHistory: number
  /** The data that it serves. */
  readonly store: Store
  /** Connections that have shaken hands, oldest first. */
  readonly connections: Set<ModelPeer>
  /** What a connection is told when it opts in. */
  readonly greeting: () => readonly (readonly unknown[])[]
}
