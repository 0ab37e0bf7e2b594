import type { RespValue } from '../../wire/value.js'
import type { Protocol } from '../sessions/protocol.js'
import type { Blocked } from './blocked.js'
import type { Keyspace } from './keyspace.js'
import type { Seat } from './seat.js'

/** A queue that `MULTI` opened. */
export interface Transaction {
  readonly queue: (readonly Buffer[])[]
  /** Whether a queued command was refused, so that `EXEC` must fail. */
  spoilt: boolean
}

/** What a client watches: the keyspace, the key, and whether it changed since. */
export interface Watch {
  readonly keyspace: Keyspace
  readonly name: string
}

/** What a client asked for by `CLIENT TRACKING`. */
export interface Tracking {
  /** Prefixes of the keys to report; `undefined` for the keys that the client read. */
  readonly prefixes: readonly string[] | undefined
  /** Leaves out the client's own changes. */
  readonly noLoop: boolean
}

/** Sets of names that a client subscribed to, by kind. */
export interface Subscriptions {
  readonly channels: Set<string>
  readonly patterns: Set<string>
  readonly shards: Set<string>
}

/** What the store knows of one connection. */
export class StoreClient {
  readonly id: number
  readonly subscriptions: Subscriptions = { channels: new Set(), patterns: new Set(), shards: new Set() }
  protocol: Protocol = 2
  name = ''
  libraryName = ''
  libraryVersion = ''
  keyspace: Keyspace
  transaction: Transaction | undefined
  watches: Watch[] = []
  /** Whether a watched key changed. */
  disturbed = false
  tracking: Tracking | undefined
  blocked: Blocked | undefined
  lastCommand = ''
  /** Whether a replica of a cluster may answer its reads. */
  readonly = false
  /** Whether the next command may be served by the destination of a slot on its way. */
  asking = false
  /** The node that the client is connected to; `undefined` where it is nothing but an endpoint. */
  readonly seat: Seat | undefined
  /** Ends the connection once the present command is answered. */
  leaving = false
  /** Writes something beside the replies: a push in RESP3, an array in RESP2. */
  readonly tell: (items: readonly RespValue[]) => void
  /** Ends the connection, after what was already answered. */
  readonly kill: () => void

  constructor(id: number, keyspace: Keyspace, port: Pick<StoreClient, 'tell' | 'kill' | 'seat'>) {
    this.id = id
    this.keyspace = keyspace
    this.tell = port.tell
    this.seat = port.seat
    this.kill = port.kill
  }

  /** How many channels and patterns the client is subscribed to, as confirmations count them. */
  get subscriptionCount(): number {
    return this.subscriptions.channels.size + this.subscriptions.patterns.size
  }

  /** Whether RESP2's restrictions for subscribers apply. */
  get restricted(): boolean {
    return this.protocol === 2 && this.subscriptionCount + this.subscriptions.shards.size > 0
  }

  /** Whether the client watches a key, or any key of a keyspace where none is named. */
  isWatching(keyspace: Keyspace, name: string | undefined): boolean {
    return this.watches.some(watch => watch.keyspace === keyspace && (name === undefined || watch.name === name))
  }

  /** Forgets what was watched. */
  unwatch(): void {
    this.watches = []
    this.disturbed = false
  }
}
