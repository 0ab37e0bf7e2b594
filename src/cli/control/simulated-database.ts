import {
  type BackendOptions,
  createSimulator,
  type SimEvent,
  type SimNode,
  type Simulator,
  type SlotMigrationEffect,
} from '../../simulator/index.js'

/** What is to be simulated. */
export interface DatabaseShape {
  readonly name: string
  /** 0 for any free port. */
  readonly port: number
  /** How many primaries share the slots; 0 for a database behind one address, which can move to another. */
  readonly shards: number
}

/** How a database is made. */
export interface DatabasePlan extends DatabaseShape {
  readonly id: number
  readonly backend: BackendOptions
  readonly onEvent: (event: SimEvent & { readonly database: number }) => void
}

/** How long after an announcement the server acts, in milliseconds: what suites compute with. */
const GRACE = { movingMs: 15_000, othersMs: 2_000 } as const

/** One database behind several addresses with one port, which announce what happens to it. */
export class SimulatedDatabase {
  readonly id: number
  readonly name: string
  readonly isCluster: boolean
  readonly simulator: Simulator
  #announces = true
  #isOver = false

  private constructor({ id, name, shards }: DatabasePlan, simulator: Simulator) {
    this.id = id
    this.name = name
    this.isCluster = shards > 0
    this.simulator = simulator
  }

  /**
   * Starts its nodes. Clusters are simulated over the built-in store, whatever the data set of others is.
   *
   * @throws HitlessError `SIMULATOR_UNAVAILABLE`, such as where the port is taken.
   */
  static async start(plan: DatabasePlan): Promise<SimulatedDatabase> {
    const { port, backend, id, onEvent, shards } = plan
    const simulator = await createSimulator({
      sharedPort: port,
      ...(shards > 0 ? { cluster: { shards } } : { backend, nodes: 2 }),
    })
    simulator.listen(event => onEvent({ ...event, database: id }))
    return new SimulatedDatabase(plan, simulator)
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
    // What clients connect to first is one of the addresses that `CLUSTER SLOTS` names.
    const host = this.isCluster ? '127.0.0.1' : 'localhost'
    return {
      bdb_id: id,
      username: 'default',
      password: '',
      tls: false,
      raw_endpoints: [
        {
          addr: ['127.0.0.1'],
          addr_type: 'external',
          dns_name: host,
          port,
          proxy_policy: this.isCluster ? 'all-master-shards' : 'single',
          uid: `${id}:1`,
          oss_cluster_api_preferred_endpoint_type: 'ip',
          oss_cluster_api_preferred_ip_type: 'external',
        },
      ],
      endpoints: [`redis://${host}:${port}`],
    }
  }

  /** Tells of a start, and those who come before the end too. */
  async begin(type: 'migrating' | 'failing-over'): Promise<void> {
    if (this.#announces) await this.simulator.notify({ type, graceMs: GRACE.othersMs, tellNewcomers: true })
  }

  /** Tells of the end; connections that come later are not told of it, as suites count what they hear. */
  async complete(type: 'migrated' | 'failed-over'): Promise<void> {
    if (!this.#announces) return
    await this.simulator.notify({ type })
    this.simulator.forgetCompletion()
  }

  /** Tells those on one address to go to another. Returns what ends the window. */
  async move(): Promise<() => void> {
    const [source, target] = this.#addresses()
    if (!this.#announces || source === undefined || target === undefined) return () => {}
    await source.notify({ type: 'moving', graceMs: GRACE.movingMs, endpoint: target })
    return () => source.endMove()
  }

  /** Announces that slots move. Returns what has them moved. */
  async moveSlots(effect: SlotMigrationEffect): Promise<() => Promise<void>> {
    const move = await this.simulator.cluster.announceEffect(effect)
    return async () => {
      await move.finish()
      this.simulator.forgetCompletion()
    }
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

  /** From the first address that has clients, to the other one. */
  #addresses(): readonly SimNode[] {
    const { nodes } = this.simulator
    const source = nodes.find(node => node.connections().some(({ optedIn }) => optedIn !== false)) ?? nodes[0]
    const target = nodes.find(node => node !== source)
    return source === undefined || target === undefined ? [] : [source, target]
  }
}
