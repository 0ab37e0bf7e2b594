import type { Endpoint } from '../../base/endpoint.js'
import type { Command } from '../sessions/command.js'
import type { Protocol } from '../sessions/protocol.js'
import type { Seat } from '../store/seat.js'
import type { Store } from '../store/store.js'

/** Where a line puts what the data set sends to one client. */
export interface LineSink {
  /**
   * Bytes for the client, in order.
   *
   * @param atBoundary - Whether they end where a reply ends, so that something else may follow.
   */
  receive(bytes: Buffer, atBoundary: boolean): void
  /** The data set reads again, after `forward` said that it did not keep up. */
  drained(): void
  /** The data set ended the connection; nothing follows. */
  closed(): void
}

/** A reply that does not come from the data set. Made when its place in the order is reached. */
export type OwnReply = () => Buffer

/** One client's connection to the data set. Replies come in the order of the requests, our own among them. */
export interface Line {
  /** What the client negotiated with `HELLO`, as of the last reply. */
  readonly protocol: Protocol
  /** Passes a request on. Returns `false` when the data set reads too slowly. */
  forward(command: Command): boolean
  /**
   * Answers a request without passing it on, after the replies to everything forwarded before.
   *
   * Inside `MULTI` this spoils the transaction, as a refused command does.
   */
  answer(reply: OwnReply): void
  /** Stops the data set from sending more until `resume`; used while the client does not read. */
  pause(): void
  /** Ends `pause`. */
  resume(): void
  /** Ends the connection to the data set. A second call does nothing. */
  close(): void
}

/** The data set behind all nodes of a simulator. */
export interface Backend {
  readonly kind: 'store' | 'server' | 'spawn'
  /** The built-in store, where it is the data set. */
  readonly store?: Store
  /** Where other servers reach it, where it is a server that listens on TCP. */
  readonly place?: Endpoint
  /**
   * Opens a line for one client.
   *
   * @param seat - The node that it is connected to, as the built-in store minds it.
   */
  open(sink: LineSink, seat?: Seat): Line
  /** Ends what the back end itself started. A second call does nothing. */
  dispose(): Promise<void>
}
