import { join } from 'node:path'
import { createClient, type RedisClientType } from '@redis/client'
import { systemClock } from '../../src/base/clock.js'
import { pause } from '../../src/base/pause.js'
import { findFreePort, type RedisServerOptions, startRedisServer } from './redis-server.js'

/** How often servers are asked whether something has come about, in milliseconds. */
const LOOK_AGAIN_MS = 10

/** How long it may take for something to come about, in milliseconds. */
const PATIENCE_MS = 20_000

/** What becomes of the process of a node. */
export type NodeState = 'running' | 'stopped' | 'killed'

/** A `redis-server` of a cluster or beside sentinels. */
export interface RealNode {
  readonly host: string
  readonly port: number
  readonly busPort: number
  /** Its id in the cluster; empty without one. */
  readonly id: string
  readonly state: NodeState
  /** Sends one command on a connection of the test's own. */
  ask(...words: readonly string[]): Promise<unknown>
  /** Ends the process as a crash does. */
  kill(): Promise<void>
  /** Stops the process (SIGSTOP): its connections stay open, and nothing is answered. */
  stop(): void
  /** Lets a stopped process go on (SIGCONT). */
  cont(): void
  /** Starts a killed process again on the same port, without data. In a cluster it knows the nodes that it knew. */
  restart(): Promise<void>
}

/** How a node is started. */
export interface RealNodeOptions {
  readonly host: string
  /** Keeps what a node has to know after a restart. */
  readonly folder: string
  readonly settings: readonly string[]
  /** What it is. The settings of a sentinel are the lines of its file. */
  readonly mode: 'cluster' | 'plain' | 'sentinel'
}

/** Starts a node on ports that are free. */
export async function startRealNode(options: RealNodeOptions): Promise<RealNode> {
  for (;;) {
    const [port, busPort] = [await findFreePort([options.host]), await findFreePort([options.host])]
    const node = new StartedNode(options, port, busPort)
    try {
      await node.restart()
      return node
    } catch (error) {
      // One of the ports was taken in between.
      if (!/already in use|failed listening/i.test(String(error))) throw error
    }
  }
}

class StartedNode implements RealNode {
  readonly port: number
  readonly busPort: number
  readonly #options: RealNodeOptions
  #id = ''
  #state: NodeState = 'killed'
  #pid = 0
  #end: () => Promise<void> = () => Promise.resolve()
  #client: RedisClientType | undefined

  constructor(options: RealNodeOptions, port: number, busPort: number) {
    this.#options = options
    this.port = port
    this.busPort = busPort
  }

  get host(): string {
    return this.#options.host
  }

  get id(): string {
    return this.#id
  }

  get state(): NodeState {
    return this.#state
  }

  async ask(...words: readonly string[]): Promise<unknown> {
    if (this.#client === undefined) throw new Error(`Port ${this.port} was killed`)
    return this.#client.sendCommand(words)
  }

  async kill(): Promise<void> {
    this.#client?.destroy()
    this.#client = undefined
    this.#state = 'killed'
    await this.#end()
  }

  stop(): void {
    process.kill(this.#pid, 'SIGSTOP')
    this.#state = 'stopped'
  }

  cont(): void {
    process.kill(this.#pid, 'SIGCONT')
    this.#state = 'running'
  }

  async restart(): Promise<void> {
    const { host, port } = this
    const { mode } = this.#options
    const server = await startRedisServer({ host, port, ...this.#toSettings() })
    this.#end = () => server.kill()
    this.#pid = server.pid
    this.#state = 'running'
    this.#client = connectPlain(host, port)
    await this.#client.connect()
    if (mode === 'cluster') this.#id = String(await this.ask('CLUSTER', 'MYID'))
  }

  #toSettings(): Pick<RedisServerOptions, 'settings' | 'sentinel'> {
    const { mode, folder, settings } = this.#options
    if (mode === 'sentinel') return { sentinel: settings }
    if (mode === 'plain') return { settings }
    const file = join(folder, `nodes-${this.port}.conf`)
    const own = ['--cluster-enabled', 'yes', '--cluster-config-file', file, '--cluster-port', String(this.busPort)]
    return { settings: [...own, ...settings] }
  }
}

/** A plain client. It connects again: a server whose role changes may end all connections. */
function connectPlain(host: string, port: number): RedisClientType {
  const socket = { host, port, reconnectStrategy: () => LOOK_AGAIN_MS } as const
  const client: RedisClientType = createClient({ socket, maintNotifications: 'disabled' })
  client.on('error', () => {})
  return client
}

/**
 * Asks until something is so. A question that fails is asked again.
 *
 * @throws Error after {@link PATIENCE_MS}.
 */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const giveUpAt = systemClock.now() + PATIENCE_MS
  let cause: unknown
  const ask = (): Promise<boolean> =>
    isSo().catch((error: unknown) => {
      cause = error
      return false
    })
  while (!(await ask())) {
    if (systemClock.now() > giveUpAt) throw new Error(`It did not come about in time that ${what}`, { cause })
    await pause(systemClock, LOOK_AGAIN_MS, true)
  }
}
