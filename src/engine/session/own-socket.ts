import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { LightSignal } from '../../base/light-signal.js'

/**
 * What Node, and hosts in its name, add to copies of the options of a socket. Where it is there already, all copies have one
 * shape. Otherwise each gets one of its own with each member, which takes longer than all the rest of the options.
 */
export const SOCKET_SHAPE: object = {
  port: undefined,
  noDelay: undefined,
  keepAlive: undefined,
  keepAliveInitialDelay: undefined,
  timeout: undefined,
  onread: undefined,
  readable: undefined,
  writable: undefined,
  allowHalfOpen: undefined,
  emitClose: undefined,
  autoDestroy: undefined,
  decodeStrings: undefined,
}

/** Who is told of the socket that Node makes now. */
let maker: OwnSocket | undefined

/** Whether Node tells of the sockets that it makes; `undefined` until the first one was made. */
let isTold: boolean | undefined

/**
 * The socket of one connection, from the moment when it is made. A host has it only once it has connected, and it must be
 * possible to end it before.
 *
 * Node tells of plain sockets as it makes them. Those under TLS have a signal, for which Node keeps several
 * listeners on each.
 */
export class OwnSocket {
  /** What the socket is to be made with. */
  readonly signal: LightSignal | undefined
  readonly #isUnderTls: boolean
  #socket: Socket | undefined

  constructor(isUnderTls: boolean) {
    this.#isUnderTls = isUnderTls
    if (isUnderTls || isTold !== true) this.signal = new LightSignal()
  }

  /** Does what makes the socket, at once. */
  make<T>(connect: () => T): T {
    if (this.#isUnderTls) return connect()
    if (isTold === undefined) subscribe('net.client.socket', note)
    maker = this
    try {
      return connect()
    } finally {
      maker = undefined
      isTold = this.#socket !== undefined
    }
  }

  /** Node makes a socket. Any further one is that of a lookup. */
  take(socket: Socket): void {
    this.#socket ??= socket
  }

  /**
   * Ends it, unless it has ended. A socket that Node has made and then refused to dial, as for a port out of range, nobody
   * listens to: an error of it would end the process.
   *
   * @param error - Makes what it ends with.
   */
  end(error: () => Error): void {
    const socket = this.#socket
    if (socket?.destroyed === false) socket.destroy(socket.listenerCount('error') > 0 ? error() : undefined)
    this.signal?.abort()
  }
}

function note(message: unknown): void {
  maker?.take((message as { readonly socket: Socket }).socket)
}
