import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import type { Endpoint } from '../base/endpoint.js'
import { HitlessError } from '../base/errors.js'
import { portOf } from '../base/port-of.js'
import type { Accepted } from './sessions/accepted.js'
import type { TlsIdentity } from './tls/self-signed.js'

/** What a listener is made of. */
export interface ListenerOptions {
  readonly host: string
  readonly port: number
  readonly tls: TlsIdentity | undefined
  readonly onAccept: (accepted: Accepted) => void
}

/** Listens on one port. When it is closed and opened again, the port is the same. */
export class Listener {
  readonly #options: ListenerOptions
  readonly #context: SecureContext | undefined
  /** Those that listen while this one does. */
  readonly followers: Set<Listener> = new Set()
  #server: Server | undefined
  #port: number

  constructor(options: ListenerOptions) {
    this.#options = options
    this.#port = options.port
    this.#context = options.tls === undefined ? undefined : createSecureContext({ ...options.tls })
  }

  get endpoint(): Endpoint {
    return { host: this.#options.host, port: this.#port }
  }

  get listening(): boolean {
    return this.#server !== undefined
  }

  /**
   * Starts to listen; does nothing while it listens.
   *
   * @throws HitlessError `SIMULATOR_UNAVAILABLE` when the address cannot be had.
   */
  async open(): Promise<void> {
    if (this.#server !== undefined) return
    const server = createServer({ noDelay: true }, socket => this.#options.onAccept(this.#secure(socket)))
    this.#server = server
    try {
      server.listen({ host: this.#options.host, port: this.#port })
      await once(server, 'listening')
    } catch (cause) {
      this.#server = undefined
      const message = `Cannot listen on ${this.#options.host} port ${this.#port}`
      throw new HitlessError('SIMULATOR_UNAVAILABLE', message, {
        cause,
        facts: { kind: 'port', endpoint: this.endpoint },
      })
    }
    this.#port = portOf(server)
    await Promise.all([...this.followers].map(follower => follower.open()))
  }

  /** Stops listening at once. Accepted connections stay open. Resolves once they have ended too. */
  close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    for (const follower of this.followers) void follower.close()
    return new Promise(resolve => {
      if (server === undefined) resolve()
      else server.close(() => resolve())
    })
  }

  #secure(tcp: Socket): Accepted {
    if (this.#context === undefined) return { socket: tcp, tcp }
    // When a client ends its handshake early, the TCP socket has an error too.
    tcp.on('error', () => {})
    return { socket: new TLSSocket(tcp, { isServer: true, secureContext: this.#context }), tcp }
  }
}
