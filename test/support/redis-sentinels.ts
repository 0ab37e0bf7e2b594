import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RealNode, startRealNode, until } from './redis-cluster-node.js'

/** How a group is made. */
export interface RedisSentinelsOptions {
  /** Default 2. */
  readonly replicas?: number
  /** Default 3; two of them have to agree that a primary is gone. */
  readonly sentinels?: number
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** The host name that all nodes have for each other and for clients. Default: none, they have addresses. */
  readonly announced?: string
  /** The name of the primary. Default `mymaster`. */
  readonly name?: string
  /** After how long a silent server is held to be down, in milliseconds. Default 500. */
  readonly downAfterMs?: number
}

/** A real primary with replicas and the sentinels that watch them. Its verbs resolve once all of them agree. */
export interface RedisSentinels {
  /** The name of the primary, as `SENTINEL GET-MASTER-ADDR-BY-NAME` takes it. */
  readonly name: string
  readonly sentinels: readonly RealNode[]
  /** The primary and the replicas, in the order of their start. */
  readonly servers: readonly RealNode[]
  /** What the first running sentinel says. */
  primary(): Promise<RealNode>
  /** Asks a sentinel to fail over, and resolves with the new primary. */
  failover(): Promise<RealNode>
  /** Resolves with the successor of a primary that was killed or stopped. */
  promoted(primary: RealNode): Promise<RealNode>
  /** Resolves once the running sentinels name the same primary, and all running servers follow it. */
  agree(): Promise<void>
  dispose(): Promise<void>
}

const FAILOVER_TIMEOUT_MS = 2_000

/** Faster than usual by a factor of ten: how often a sentinel looks at its servers, and speaks to other sentinels. */
const FAST = ['info-period', '500', 'publish-period', '200', 'ping-period', '100', 'election-timeout', '1000']

/** Starts a group. Takes about three seconds. */
export async function startRedisSentinels(options: RedisSentinelsOptions = {}): Promise<RedisSentinels> {
  const group = new StartedSentinels(await mkdtemp(join(tmpdir(), 'redis-hitless-sentinels-')), options)
  try {
    await group.form()
    return group
  } catch (error) {
    await group.dispose()
    throw error
  }
}

class StartedSentinels implements RedisSentinels {
  readonly name: string
  readonly sentinels: RealNode[] = []
  readonly servers: RealNode[] = []
  readonly #folder: string
  readonly #options: RedisSentinelsOptions
  readonly #host: string

  constructor(folder: string, options: RedisSentinelsOptions) {
    this.#folder = folder
    this.#options = options
    this.#host = options.host ?? '127.0.0.1'
    this.name = options.name ?? 'mymaster'
  }

  async form(): Promise<void> {
    const { replicas = 2, sentinels = 3 } = this.#options
    const named = this.#options.announced === undefined ? [] : ['--replica-announce-ip', this.#options.announced]
    const settings = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1', ...named]
    for (let at = 0; at <= replicas; at += 1) {
      const of = this.servers[0]
      const follow = of === undefined ? [] : ['--replicaof', `${this.#options.announced ?? of.host} ${of.port}`]
      this.servers.push(await this.#start('plain', [...settings, ...follow]))
    }
    const [primary] = this.servers
    if (primary === undefined) throw new Error('There is no primary')
    await until('all replicas follow', () => this.#allFollow(primary))
    const started = Array.from({ length: sentinels }, () => this.#start('sentinel', this.#toConfig(primary)))
    this.sentinels.push(...(await Promise.all(started)))
    await Promise.all(this.sentinels.map(sentinel => sentinel.ask('SENTINEL', 'DEBUG', ...FAST)))
    await this.agree()
  }

  async primary(): Promise<RealNode> {
    const [sentinel] = this.sentinels.filter(({ state }) => state === 'running')
    if (sentinel === undefined) throw new Error('No sentinel is running')
    return this.#primaryOf(sentinel)
  }

  async failover(): Promise<RealNode> {
    const before = await this.primary()
    const [sentinel] = this.sentinels.filter(({ state }) => state === 'running')
    await sentinel?.ask('SENTINEL', 'FAILOVER', this.name)
    return this.promoted(before)
  }

  async promoted(primary: RealNode): Promise<RealNode> {
    await until(`port ${primary.port} has a successor`, async () => (await this.primary()) !== primary)
    await this.agree()
    return this.primary()
  }

  async agree(): Promise<void> {
    await until('all sentinels agree and all servers follow', async () => {
      const running = this.sentinels.filter(({ state }) => state === 'running')
      const primary = await this.primary()
      const told = await Promise.all(running.map(sentinel => this.#isContent(sentinel, primary)))
      return told.every(Boolean) && (await this.#allFollow(primary))
    })
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.sentinels, ...this.servers].map(node => node.kill()))
    await rm(this.#folder, { recursive: true, force: true })
  }

  #start(mode: 'plain' | 'sentinel', settings: readonly string[]): Promise<RealNode> {
    return startRealNode({ host: this.#host, folder: this.#folder, settings, mode })
  }

  #toConfig({ host, port }: RealNode): readonly string[] {
    const { sentinels = 3, downAfterMs = 500, announced } = this.#options
    const quorum = Math.floor(sentinels / 2) + 1
    const named = ['resolve-hostnames yes', 'announce-hostnames yes', `announce-ip ${announced}`]
    return [
      ...(announced === undefined ? [] : named.map(setting => `sentinel ${setting}`)),
      `sentinel monitor ${this.name} ${announced ?? host} ${port} ${quorum}`,
      `sentinel down-after-milliseconds ${this.name} ${downAfterMs}`,
      `sentinel failover-timeout ${this.name} ${FAILOVER_TIMEOUT_MS}`,
    ]
  }

  async #primaryOf(sentinel: RealNode): Promise<RealNode> {
    const address = await sentinel.ask('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', this.name)
    const port = Number(Array.isArray(address) ? address[1] : undefined)
    const found = this.servers.find(server => server.port === port)
    if (found === undefined) throw new Error(`A sentinel names port ${port}, which no server has`)
    return found
  }

  /** Whether a sentinel names a primary that is up, and knows everybody. */
  async #isContent(sentinel: RealNode, primary: RealNode): Promise<boolean> {
    const [master, replicas, sentinels] = await Promise.all(
      ['MASTER', 'REPLICAS', 'SENTINELS'].map(what => sentinel.ask('SENTINEL', what, this.name)),
    )
    const facts = toFacts(master)
    const heard = (sentinels as readonly unknown[]).map(toFacts).filter(({ flags }) => flags === 'sentinel')
    const others = this.sentinels.filter(other => other.state === 'running' && other !== sentinel)
    const sound = (replicas as readonly unknown[]).map(toFacts).filter(({ flags }) => flags === 'slave')
    return (
      facts.port === String(primary.port) &&
      facts.flags === 'master' &&
      facts['num-other-sentinels'] === String(this.sentinels.length - 1) &&
      heard.length === others.length &&
      sound.length === this.servers.filter(server => server.state === 'running' && server !== primary).length
    )
  }

  /** A primary streams writes to a replica only after its first acknowledgement: one that is promoted before that lacks them all. */
  async #allFollow(primary: RealNode): Promise<boolean> {
    const others = this.servers.filter(server => server !== primary && server.state === 'running')
    const [own, ...roles] = await Promise.all([primary, ...others].map(server => server.ask('ROLE')))
    const [, , followers] = own as readonly [role: string, offset: number, followers: readonly (readonly string[])[]]
    const acknowledging = followers.filter(([, , offset]) => Number(offset) > 0)
    return (
      acknowledging.length === others.length &&
      roles.every(
        role => Array.isArray(role) && role[0] === 'slave' && role[2] === primary.port && role[3] === 'connected',
      )
    )
  }
}

/** What is read of what a sentinel tells of a server. */
interface Facts {
  readonly port?: string
  readonly flags?: string
  readonly 'num-other-sentinels'?: string
}

/** Facts come as a map in RESP3, and as a flat list in RESP2. */
function toFacts(reply: unknown): Facts {
  if (!Array.isArray(reply)) return { ...(reply as Facts) }
  const pairs = reply.flatMap((name, at) => (at % 2 === 0 ? [[String(name), String(reply[at + 1])]] : []))
  return Object.fromEntries(pairs)
}
