import { backoffMs } from '../../../base/backoff.js'
import type { Clock, Timer } from '../../../base/clock.js'
import { withDeadline } from '../../../base/deadline.js'
import { type Endpoint, placeOf } from '../../../base/endpoint.js'
import { SingleFlight } from '../../../base/single-flight.js'
import { toRoute } from '../../../core/decide/route.js'
import { SENTINEL_CHANNELS } from '../../../core/sentinel/sentinel-announcement.js'
import type { Target } from '../../../core/target.js'
import { shakeHands, withinConnectTimeout } from '../../connect/handshake.js'
import { type Delivery, type Host, UNBOUNDED, type Words } from '../../ports.js'
import { Connection, type ConnectionListener } from '../../session/connection.js'

/** What the lines to the sentinels of one database have in common. */
export interface SentinelAccess {
  readonly host: Host
  /** How sentinels are reached; its host and port do not count. */
  readonly target: Target
  readonly clock: Clock
}

/** What a line tells. No member may throw. */
export interface LineListener {
  /** It is connected and subscribed. */
  onUp(line: SentinelLine): void
  /** It could not be connected, or broke. It tries again by itself. */
  onDown(line: SentinelLine, error: unknown): void
  onPublished(channel: string, message: string): void
}

/** The pauses before the next attempt to connect, in milliseconds. */
const RETRY = { firstMs: 500, longestMs: 10_000 } as const

/** How long a sentinel may take to answer, in milliseconds. They have nothing else to do. */
const ANSWER_WITHIN_MS = 2_000

/** The connection to one sentinel: it listens, and is asked. One dial at a time; it reconnects by itself. */
export class SentinelLine {
  readonly endpoint: Endpoint
  readonly #access: SentinelAccess
  readonly #listener: LineListener
  readonly #opening = new SingleFlight<Connection>()
  #connections: readonly Connection[] = []
  #asked: Connection | undefined
  #retry: Timer | undefined
  #failures = 0
  #id: string | undefined
  #isStopped = false

  constructor(endpoint: Endpoint, access: SentinelAccess, listener: LineListener) {
    this.endpoint = endpoint
    this.#access = access
    this.#listener = listener
  }

  /** What the sentinel calls itself, or where it is found where it does not say that. */
  get id(): string {
    return this.#id ?? placeOf(this.endpoint)
  }

  get isUp(): boolean {
    return this.#asked !== undefined
  }

  /** Connects, at once where it waits for the next attempt. Never rejects. */
  start(): void {
    this.#open().catch(() => {})
  }

  /** Asks the sentinel, which is connected first where it is not. Rejects where it cannot be asked, or is late. */
  async ask(questions: readonly Words[]): Promise<readonly unknown[]> {
    const connection = this.#asked ?? (await this.#open())
    const answers = Promise.all(questions.map(words => connection.send(words, UNBOUNDED)))
    const onLate = (): never => {
      const error = new Error('The sentinel does not answer')
      this.#fail(connection, error)
      throw error
    }
    return withDeadline(answers, { clock: this.#access.clock, withinMs: ANSWER_WITHIN_MS, onLate })
  }

  /** Ends it for good. */
  stop(): void {
    this.#isStopped = true
    this.#retry?.dispose()
    this.#drop()
  }

  #open(): Promise<Connection> {
    return this.#opening.run(async () => {
      if (this.#asked !== undefined) return this.#asked
      this.#retry?.dispose()
      try {
        return await this.#connect()
      } catch (error) {
        this.#drop()
        this.#later(error)
        throw error
      }
    })
  }

  async #connect(): Promise<Connection> {
    const { host, clock, target } = this.#access
    const terms = { clock, errors: host.errors, connectTimeoutMs: target.connectTimeoutMs }
    const asked = this.#make(1)
    await shakeHands(asked, terms)
    // On RESP2 a connection that listens cannot ask.
    const listening = host.subscribersOnlyListen === true ? this.#make(2) : asked
    if (listening !== asked) await shakeHands(listening, terms)
    // Sentinels before version 6.2 do not know the question.
    const told = asked.send(['SENTINEL', 'MYID'], UNBOUNDED).then(String, () => undefined)
    await withinConnectTimeout(this.#listen(listening), terms)
    this.#id = await withinConnectTimeout(told, terms)
    if (this.#isStopped || !asked.isReady || !listening.isReady) throw host.errors.closed()
    this.#asked = asked
    this.#failures = 0
    this.#listener.onUp(this)
    return asked
  }

  /** Where access rules forbid it, the sentinel is asked all the same: nothing that it publishes is heard then. */
  async #listen({ physical }: Connection): Promise<void> {
    try {
      await physical.subscribe('CHANNELS', SENTINEL_CHANNELS)
    } catch (error) {
      if (this.#access.host.classify(error) !== 'reply') throw error
    }
  }

  #make(id: number): Connection {
    if (this.#isStopped) throw this.#access.host.errors.closed()
    const plan = { id, route: toRoute(this.endpoint), way: undefined, database: undefined, keepsAlive: true }
    const connection = new Connection(this.#access, plan, this.#events())
    this.#connections = [...this.#connections, connection]
    return connection
  }

  #events(): ConnectionListener {
    return {
      onConnect: () => {},
      onLost: (connection, cause) => this.#fail(connection, cause),
      onError: () => {},
      onPush: () => false,
      onMessage: (_, { channel, message }: Delivery) => {
        if (Buffer.isBuffer(message)) this.#listener.onPublished(String(channel), String(message))
      },
      onHostEvent: () => {},
    }
  }

  #fail(connection: Connection, error: unknown): void {
    if (!this.#connections.includes(connection)) return
    const wasUp = this.isUp
    this.#drop()
    // Otherwise the attempt that is under way fails by itself.
    if (wasUp) this.#later(error)
  }

  #later(error: unknown): void {
    if (this.#isStopped) return
    this.#retry?.dispose()
    this.#retry = this.#access.clock.after(backoffMs(RETRY, this.#failures), () => this.start())
    this.#failures += 1
    this.#listener.onDown(this, error)
  }

  #drop(): void {
    const connections = this.#connections
    this.#connections = []
    this.#asked = undefined
    for (const connection of connections) connection.destroy()
  }
}
