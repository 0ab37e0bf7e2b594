import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { type Clock, systemClock } from '../../base/clock.js'
import type { Endpoint } from '../../base/endpoint.js'
import { portOf } from '../../base/port-of.js'
import type { Capture } from '../format/capture.js'
import { type Conversation, conversationsIn, type ServerAct } from './conversation.js'
import { movedHere } from './moved-here.js'
import { ServedConnection, type ServingHost } from './served-connection.js'

/** How a capture is served. */
export interface CaptureServerOptions {
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** Default 0: any free port. */
  readonly port?: number
  /** How many times faster than it was recorded, or `step`: as {@link CaptureServer.step} is called. Default 1. */
  readonly speed?: number | 'step'
  /** Whether a `MOVING` leads to the place that was recorded. Default `false`: to this server. */
  readonly keepAddresses?: boolean
  /** Told of each push that is sent, and of each connection that is closed. Default: nobody is. */
  readonly onAct?: (act: ServerAct & { readonly connection: number }) => void
  /** Default the process's own. */
  readonly clock?: Clock
}

/** Serves a capture to clients. */
export interface CaptureServer {
  readonly endpoint: Endpoint
  /** How many clients have connected. */
  readonly connections: number
  /** How many pushes and closings were recorded and not played yet. */
  readonly remaining: number
  /** Resolves when all of them were played. */
  readonly ended: Promise<void>
  /** Plays what comes next, whatever its time is. Returns whether there was any: a client must have connected. */
  step(): boolean
  /** Ends all connections, and resolves once the port is free. */
  close(): Promise<void>
}

const SILENT: Conversation = { answers: new Map(), acts: [], optsIn: false, hasRequests: true }

/**
 * Serves a capture to any client: the first that connects gets the first connection of it, and so on. Commands are answered
 * as they were when it was recorded, whatever the order is; pushes come at their time, counted from where the client asks for
 * notifications. Clients beyond the recorded connections get answers, and no pushes.
 *
 * @throws Error where it cannot listen; HitlessError `WIRE_PROTOCOL` and relatives where the capture holds no RESP.
 */
export async function createCaptureServer(
  { entries }: Pick<Capture, 'entries'>,
  options: CaptureServerOptions = {},
): Promise<CaptureServer> {
  const serving = new RunningCaptureServer(conversationsIn(entries), options)
  await serving.listen()
  return serving
}

class RunningCaptureServer implements CaptureServer {
  readonly ended: Promise<void>
  readonly #conversations: readonly Conversation[]
  readonly #options: CaptureServerOptions
  readonly #server: Server = createServer({ noDelay: true })
  readonly #live = new Set<ServedConnection>()
  #end: () => void = () => {}
  #connections = 0
  #remaining: number

  constructor(conversations: readonly Conversation[], options: CaptureServerOptions) {
    this.#conversations = conversations
    this.#options = options
    this.#remaining = conversations.reduce((sum, { acts }) => sum + acts.length, 0)
    this.ended = new Promise(resolve => {
      this.#end = resolve
    })
    if (this.#remaining === 0) this.#end()
  }

  get endpoint(): Endpoint {
    const { host = '127.0.0.1' } = this.#options
    return { host, port: portOf(this.#server) }
  }

  get connections(): number {
    return this.#connections
  }

  get remaining(): number {
    return this.#remaining
  }

  async listen(): Promise<void> {
    const { host = '127.0.0.1', port = 0, clock = systemClock, speed = 1 } = this.#options
    const toSent = this.#options.keepAddresses
      ? (push: Buffer): Buffer => push
      : (push: Buffer): Buffer => movedHere(push, this.endpoint)
    const serving: ServingHost = { clock, speed, toSent, onAct: (act, { id }) => this.#acted(act, id) }
    this.#server.on('connection', socket => {
      const conversation = this.#conversations[this.#connections] ?? this.#spare()
      this.#connections += 1
      const served = new ServedConnection(this.#connections, socket, { conversation, host: serving })
      this.#live.add(served)
      socket.once('close', () => this.#live.delete(served))
    })
    this.#server.listen({ host, port })
    await once(this.#server, 'listening')
  }

  step(): boolean {
    const waiting = [...this.#live].filter(({ nextAct }) => nextAct !== undefined)
    const [first] = waiting.sort((a, b) => (a.nextAct?.afterMs ?? 0) - (b.nextAct?.afterMs ?? 0))
    first?.step()
    return first !== undefined
  }

  close(): Promise<void> {
    const closed = new Promise<void>(resolve => void this.#server.close(() => resolve()))
    for (const served of this.#live) served.destroy()
    this.#end()
    return closed
  }

  #spare(): Conversation {
    return { ...(this.#conversations.at(-1) ?? SILENT), acts: [], optsIn: false, hasRequests: true }
  }

  #acted(act: ServerAct, connection: number): void {
    this.#remaining -= 1
    this.#options.onAct?.({ ...act, connection })
    if (this.#remaining === 0) this.#end()
  }
}
