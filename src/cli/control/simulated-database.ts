import { systemClock } from '../../base/clock.js'
import {
  type BackendOptions,
  createSimulator,
  type SimEvent,
  type SimNode,
  type Simulator,
} from '../../simulator/index.js'

/** How a database is made. */
export interface DatabasePlan {
  readonly id: number
  readonly name: string
  readonly port: number
  readonly backend: BackendOptions
  readonly onEvent: (event: SimEvent & { readonly database: number }) => void
}

/** How long after an announcement the server acts, in milliseconds: what suites compute with. */
const GRACE = { movingMs: 15_000, othersMs: 2_000 } as const

/** One database behind several addresses with one port, which announce what happens to it. */
export class SimulatedDatabase {
  readonly id: number
  readonly name: string
  readonly simulator: Simulator
  #announces = true
  #sequence = 0
  /** What connections that opt in now are told at once. */
  #open: { readonly type: 'migrating' | 'failing-over'; readonly sequence: number } | undefined
  #isOver = false

  private constructor({ id, name }: DatabasePlan, simulator: Simulator) {
    this.id = id
    this.name = name
    this.simulator = simulator
  }

  /**
   * Starts its nodes.
   *
   * @throws HitlessError `SIMULATOR_UNAVAILABLE`, such as where the port is taken.
   */
  static async start(plan: DatabasePlan): Promise<SimulatedDatabase> {
    const { port, backend, id, onEvent } = plan
    const simulator = await createSimulator({ nodes: [{ port, name: 'localhost' }], backend, record: true })
    try {
      const shared = simulator.node.endpoint.port
      // The name of a node must lead to it, and to no other.
      await simulator.addNode({ host: '127.0.0.2', port: shared, name: '127.0.0.2' })
    } catch (error) {
      await simulator.dispose()
      throw error
    }
    const database = new SimulatedDatabase(plan, simulator)
    // Told of every event as long as the simulator lives: it waits for one that never matches.
    const listening = simulator.next(event => {
      onEvent({ ...event, database: id })
      if (event.type === 'opted-in') database.#tellNewcomer(event)
      return false
    })
    listening.catch(() => {})
    return database
  }

  get port(): number {
    return this.simulator.node.endpoint.port
  }

  /** Whether clients may opt in, and are told anything. */
  set announces(on: boolean) {
    this.#announces = on
    for (const node of this.simulator.nodes) node.maintSupport(on ? 'ok' : 'unknown-subcommand')
  }

  /** What is told about it to those who connect. */
  describe(): object {
    const { port, id } = this
    return {
      bdb_id: id,
      username: 'default',
      password: '',
      tls: false,
      raw_endpoints: [
        {
          addr: ['127.0.0.1'],
          addr_type: 'external',
          dns_name: 'localhost',
          port,
          proxy_policy: 'single',
          uid: `${id}:1`,
          oss_cluster_api_preferred_endpoint_type: 'ip',
          oss_cluster_api_preferred_ip_type: 'external',
        },
      ],
      endpoints: [`redis://localhost:${port}`],
    }
  }

  async begin(type: 'migrating' | 'failing-over'): Promise<void> {
    if (!this.#announces) return
    this.#sequence += 1
    this.#open = { type, sequence: this.#sequence }
    await this.simulator.notify({ ...this.#open, graceMs: GRACE.othersMs })
  }

  /** Tells of the end; connections that come later are not told of it, as suites count what they hear. */
  async complete(type: 'migrated' | 'failed-over'): Promise<void> {
    this.#open = undefined
    if (!this.#announces) return
    this.#sequence += 1
    await this.simulator.notify({ type, sequence: this.#sequence })
    this.simulator.forgetCompletion()
  }

  /** Tells those on one address to go to another. Returns what ends the window. */
  async move(): Promise<() => void> {
    const [source, target] = this.#addresses()
    if (!this.#announces || source === undefined || target === undefined) return () => {}
    this.#sequence += 1
    await source.notify({ type: 'moving', graceMs: GRACE.movingMs, endpoint: target, sequence: this.#sequence })
    return () => source.endMove()
  }

  /** Cuts every connection, and takes no other until it is told to. */
  cut(): void {
    for (const node of this.simulator.nodes) {
      node.refuse()
      node.reset()
    }
  }

  async listenAgain(): Promise<void> {
    // A node that listens again after its end would never end.
    if (!this.#isOver) await Promise.all(this.simulator.nodes.map(node => node.accept()))
  }

  dispose(): Promise<void> {
    this.#isOver = true
    return this.simulator.dispose()
  }

  /** Clients that come while something is under way are told of it, behind the answer to the opt-in. */
  #tellNewcomer({ node, connection }: SimEvent): void {
    const open = this.#open
    if (open === undefined) return
    systemClock.after(0, () => {
      const place = this.simulator.nodes[node]
      const newcomer = place?.connections().find(({ id }) => id === connection)
      const name = open.type === 'migrating' ? 'MIGRATING' : 'FAILING_OVER'
      const frame = [name, open.sequence, GRACE.othersMs / 1_000, '["1"]']
      if (newcomer !== undefined) void place?.push(frame, [newcomer])
    })
  }

  /** From the first address that has clients, to the other one. */
  #addresses(): readonly SimNode[] {
    const { nodes } = this.simulator
    const source = nodes.find(node => node.connections().some(({ optedIn }) => optedIn !== false)) ?? nodes[0]
    const target = nodes.find(node => node !== source)
    return source === undefined || target === undefined ? [] : [source, target]
  }
}
