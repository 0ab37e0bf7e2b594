import type { HostName } from '../../program/host-name.js'
import type { Cost } from '../rounds.js'

/** What one import cost. */
export type ImportCost = Cost<'wall' | 'cpu'>

/** What a process full of clients is to do. */
export interface ClientsOrder {
  /** The host library, which says how clients are made. */
  readonly host: HostName
  /** What to import: a URL, or the name of a package. */
  readonly module: string
  readonly url: string
  /** Clients that connect at once, and stay until the others are counted. */
  readonly atOnce: number
  /** Clients that connect one after the other once those are gone. With 0, those stay. */
  readonly oneByOne: number
}

/** What a process full of clients cost. */
export interface ClientsCost {
  /** Of all together. */
  readonly atOnce: Cost<'wall' | 'cpu'>
  readonly oneByOne: Cost<'wall' | 'cpu'>
  /** What the heap and its buffers hold more than before the clients that connected at once, all together. */
  readonly bytes: number
}

/** What it used since it was last asked. */
export type Lap = Cost<'wall' | 'cpu'>

/** What it tells its parent: everything is connected; and, each time it gets a message, a lap. */
export type ClientsReport =
  | { readonly type: 'connected'; readonly cost: ClientsCost }
  | { readonly type: 'lap'; readonly lap: Lap }
