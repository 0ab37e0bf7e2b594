import { withDeadline } from '../../base/deadline.js'
import { emitSafely, throwLater } from '../../base/emit-safely.js'
import { isHitlessError } from '../../base/errors.js'
import { EventStreams } from '../../core/events/event-stream.js'
import { settle } from '../../engine/commands/self-sent/self-sent.js'
import { createContext } from '../../engine/link/client-context.js'
import { Lifecycle } from '../../engine/link/lifecycle.js'
import { Link } from '../../engine/link/link.js'
import { createMaint, type Maint } from '../../engine/maint/maint-status.js'
import type { ClientEvents } from '../../engine/ports.js'
import type { Connection } from '../../engine/session/connection.js'
import { AttemptMaker } from './commands/carried-command.js'
import { CommandRoute } from './commands/command-route.js'
import { IoredisConnection, isConnectionClosed } from './ioredis-connection.js'
import { isFinal } from './ioredis-dial.js'
import { IOREDIS_ERRORS, IoredisHost } from './ioredis-host.js'
import type { HostCommand, HostRedis, PipelineStream } from './ioredis-module.js'
import type { IoredisSettings, IoredisSurroundings } from './ioredis-options.js'
import { IoredisSubscriber } from './ioredis-subscriber.js'
import { databaseFor, SentinelFollower } from './sentinel/followed-sentinels.js'

/** How long the host waits for the last answers where the options say nothing, in milliseconds. */
const DISCONNECT_MS = 2_000

const OPEN: ReadonlySet<string> = new Set(['connecting', 'connect', 'ready'])

/** What is behind one client of the application: its link, and what the client says about itself. */
export class IoredisClient {
  readonly link: Link
  readonly route: CommandRoute
  readonly #client: HostRedis
  readonly #lifecycle: Lifecycle
  readonly #sentinels: SentinelFollower
  /** The error that the application was told last. */
  #told: unknown
  /** Whether QUIT was sent last of all. */
  #isQuitting = false
  /** These are made when they are asked for: few applications do so for each client. */
  #maint: Maint | undefined
  #streams: EventStreams | undefined

  constructor(client: HostRedis, { target, maint, offReason }: IoredisSettings, surroundings: IoredisSurroundings) {
    const { module, onEffect, cluster } = surroundings
    this.#client = client
    const attempts = new AttemptMaker(module)
    const database = databaseFor(client, { target, maint }, surroundings)
    this.#sentinels = new SentinelFollower(database.source, client, () => this.#retryNow())
    const host = new IoredisHost(
      { module, attempts, client, tlsNameFromTarget: maint.tlsNameFromTarget, isClusterNode: cluster !== undefined },
      {
        onAway: cause => this.#onAway(cause),
        onPause: afterMs => this.#tellOpen('reconnecting', afterMs),
        onHopeless: error => this.link.dispatcher.failWaiting(error),
      },
    )
    const context = createContext({ host, target, maint, offReason, database }, surroundings)
    this.link = new Link({
      context,
      client: this.#events(),
      ...(onEffect && { onEffect }),
      onSettled: failure => this.#lifecycle.settle(failure),
    })
    const onEnded = (): void => {
      this.#streams?.endAll()
      this.route.rest()
      this.#sentinels.onEnded()
      this.#tellEnd()
    }
    this.#lifecycle = new Lifecycle({ errors: IOREDIS_ERRORS, link: this.link, onEnded })
    const subscriber = new IoredisSubscriber(client, this.link)
    const own = new Map([...subscriber.commands, ['quit', (command: HostCommand) => this.#quit(command)] as const])
    const lastAnswers = (connection: Connection): Promise<unknown> => this.#lastAnswers(connection)
    this.route = new CommandRoute({ client, link: this.link, attempts, own, cluster, lastAnswers })
  }

  get maint(): Maint {
    const { context } = this.link
    this.#streams ??= new EventStreams(context.hooks)
    this.#maint ??= createMaint(context, this.#streams, this.link)
    return this.#maint
  }

  /** The host's client behind the connection that serves, or served last. */
  get current(): HostRedis | undefined {
    const physical = this.link.current?.physical
    return physical instanceof IoredisConnection ? physical.redis : undefined
  }

  /** Sends a command, and connects before where the application has not. */
  send(command: HostCommand, stream: PipelineStream | undefined): unknown {
    const { status } = this.#client
    if (status === 'ready') return this.route.send(command, stream)
    if (status === 'wait') this.connect().catch(() => {})
    if (status !== 'end') return this.route.send(command, stream)
    command.reject(IOREDIS_ERRORS.closed())
    return command.promise
  }

  /** Resolves once a connection serves; rejects when the first attempt fails, though others follow. */
  connect(callback?: (error?: unknown) => void): Promise<void> {
    const connected = this.#connect()
    if (callback !== undefined) connected.then(() => callback(null), callback)
    return connected
  }

  #connect(): Promise<void> {
    const client = this.#client
    if (OPEN.has(client.status)) return Promise.reject(IOREDIS_ERRORS.alreadyOpen())
    this.#isQuitting = false
    client.setStatus('connecting')
    return new Promise((resolve, reject) => {
      const onReady = (): void => {
        client.removeListener('close', onClose)
        resolve()
      }
      const onClose = (): void => {
        client.removeListener('ready', onReady)
        reject(IOREDIS_ERRORS.closed())
      }
      // The host tells its statuses one tick later: how an earlier connection ended may still have to be told.
      process.nextTick(() => {
        client.once('ready', onReady)
        client.once('close', onClose)
      })
      // The host says of everything that the connection is closed; what is wrong with the options is said as it is.
      this.#open().catch(error => {
        if (isHitlessError(error) || isFinal(error)) reject(error)
      })
    })
  }

  /** Ends the client: what was sent may still be answered within the host's own time for it, but for what blocks. */
  disconnect(reconnect: boolean): void {
    const client = this.#client
    if (reconnect) return this.route.connectAgain()
    const owing = [...this.link.connections].filter(
      ({ isReady, owesAnswers, blocked }) => isReady && owesAnswers && !blocked,
    )
    const { isOpen } = this.#lifecycle
    if (owing.length > 0 && isOpen) this.#lifecycle.close(each => this.#lastAnswers(each)).catch(() => {})
    else if (owing.length > 0 && this.#isQuitting) void this.#endAfter(owing)
    else this.#lifecycle.destroy()
    if (client.status === 'wait') this.#tellEnd()
  }

  /** After QUIT the last answers are waited for already, but no longer than this. */
  async #endAfter(owing: readonly Connection[]): Promise<void> {
    await Promise.all(owing.map(each => this.#lastAnswers(each)))
    if (!this.#lifecycle.isOpen) this.#lifecycle.destroy()
  }

  #lastAnswers(connection: Connection): Promise<unknown> {
    const { disconnectTimeout: withinMs = DISCONNECT_MS } = this.#client.options
    if (connection.blocked > 0) return Promise.resolve()
    return withDeadline<unknown>(connection.drained(), { clock: this.link.context.clock, withinMs, onLate: () => {} })
  }

  async #open(): Promise<void> {
    if (this.#lifecycle.isOpen) this.#retryNow()
    else await this.#lifecycle.connect()
  }

  /** Where it waits for the next attempt to connect, that is made now. */
  #retryNow(): void {
    this.link.shell.send({ type: 'due', timer: 'reconnect' })
  }

  #quit(command: HostCommand): void {
    const { dispatcher } = this.link
    // What waits for a connection is answered first, as the host queues QUIT behind it, and is told that there is one.
    const waits = this.#client.status !== 'ready' && dispatcher.waiting > 0
    const done = waits ? dispatcher.admit(async () => {}).then(() => this.#endByQuit()) : this.#endByQuit()
    settle(
      command,
      done.then(reply => (typeof reply === 'string' ? Buffer.from(reply) : reply)),
    )
  }

  async #endByQuit(): Promise<unknown> {
    this.#isQuitting = this.#lifecycle.isOpen
    return this.#isQuitting ? this.#lifecycle.quit() : 'OK'
  }

  #events(): ClientEvents {
    const client = this.#client
    const become = (status: string): void => {
      if (client.status !== status) client.setStatus(status)
    }
    return {
      reached: () => become('connect'),
      connected: () => {
        client.retryAttempts = 0
        this.#sentinels.onConnected()
        client.setStatus('ready')
      },
      // The listeners are told first that a connection is gone: the first attempt follows at once.
      reconnecting: () => process.nextTick(() => client.status === 'reconnecting' && become('connecting')),
      failed: error => this.#tellError(error),
      terminated: error => {
        if (isFinal(error)) this.#tellError(error)
        else if (OPEN.has(client.status)) this.#tellAway(error)
        become('end')
      },
      cacheDropped() {},
      hostEvent: (event, args) => emitSafely(client, event, ...args),
    }
  }

  #onAway(cause: unknown): void {
    if (this.#client.options.autoResubscribe === false) this.link.session.subscriptions.clear()
    this.#tellAway(cause)
  }

  #tellAway(cause: unknown): void {
    this.#tellError(cause)
    this.#tellOpen('close')
  }

  /** A listener that was told before may have ended the client. */
  #tellOpen(status: string, argument?: unknown): void {
    if (this.#client.status !== 'end') this.#client.setStatus(status, argument)
  }

  #tellEnd(): void {
    const client = this.#client
    if (client.status !== 'end' && client.status !== 'reconnecting') client.setStatus('close')
    if (client.status !== 'end') client.setStatus('end')
  }

  /** An error that nobody listens to is logged by the host. That a server has closed a connection is no error. */
  #tellError(error: unknown): void {
    if (error === this.#told || isConnectionClosed(error)) return
    this.#told = error
    try {
      this.#client.silentEmit('error', error)
    } catch (thrown) {
      throwLater(thrown)
    }
  }
}
