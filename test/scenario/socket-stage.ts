import { createClient, type HitlessClient } from '../../src/adapters/node-redis/index.js'
import { createDeferred, type Deferred } from '../../src/base/deferred.js'
import { createSimulator, type SimNode, type Simulator } from '../../src/simulator/index.js'
import type { LogEntry, NodeSettings, NotifyStep, Scenario, ScenarioEnd, Step } from '../../src/testing/index.js'
import { Places } from '../../src/testing/scenario/places.js'
import { toAnnouncement } from './announcement-step.js'

/** What the client tells besides what becomes of its slot, so that a modelled world knows nothing of it. */
const OF_NO_SLOT: ReadonlySet<string> = new Set(['capability:changed', 'availability:changed', 'commands:resent'])

/** The real client before the simulator, behaving as a scenario says. */
export class SocketStage {
  /** What the client told, in order. */
  readonly log: LogEntry[] = []
  readonly #scenario: Scenario
  readonly #simulator: Simulator
  readonly #nodes: ReadonlyMap<string, SimNode>
  readonly #client: HitlessClient
  readonly #awaited = new Set<{ readonly length: number; readonly reached: Deferred<void> }>()
  #strategy: number | 'give-up' = 100

  private constructor(scenario: Scenario, simulator: Simulator, nodes: ReadonlyMap<string, SimNode>) {
    this.#scenario = scenario
    this.#simulator = simulator
    this.#nodes = nodes
    this.#client = this.#createClient()
  }

  /** Starts a node for each of the scenario's. */
  static async create(scenario: Scenario): Promise<SocketStage> {
    const simulator = await createSimulator({ record: true, nodes: Object.keys(scenario.nodes).length })
    const names = Object.keys(scenario.nodes)
    const nodes = new Map(simulator.nodes.map((node, at): [string, SimNode] => [names[at] ?? '', node]))
    const stage = new SocketStage(scenario, simulator, nodes)
    for (const [name, settings] of Object.entries(scenario.nodes)) await stage.#change(name, settings)
    return stage
  }

  /** Resolves once so many entries are in the log. */
  reached(length: number): Promise<void> {
    if (this.log.length >= length) return Promise.resolve()
    const reached = createDeferred<void>()
    this.#awaited.add({ length, reached })
    return reached.promise
  }

  /** Takes a step of the scenario. */
  async perform(step: Step): Promise<void> {
    switch (step.do) {
      case 'connect':
        // Whether it connects is told by the log.
        this.#client.connect().catch(() => {})
        return
      case 'notify':
        return this.#notify(step)
      case 'node':
        return this.#change(step.node, step)
      case 'drop':
        return this.#node(step.node).reset()
      case 'strategy':
        this.#strategy = step.pauseMs
        return
      default:
        throw new RangeError(`A scenario on sockets cannot ${step.do}`)
    }
  }

  /** Resolves with how things stand, once every node has as many connections as the scenario expects at its end. */
  async end(): Promise<Omit<ScenarioEnd, 'at' | 'timers'>> {
    const expected = this.#scenario.end.connections
    while ([...this.#nodes].some(([name, node]) => node.connections().length !== (expected[name] ?? 0))) {
      await this.#simulator.next(({ type }) => type === 'connected' || type === 'closed')
    }
    const { state, ready, route, relaxations } = this.#client.maint.status()
    const at = route?.type === 'endpoint' ? this.#places().nameOf(route.endpoint) : route && this.#scenario.configured
    const open = [...this.#nodes].map(([name, node]): [string, number] => [name, node.connections().length])
    return {
      state,
      serving: at ?? null,
      gate: ready ? 'open' : 'paused',
      relaxed: relaxations.length > 0,
      connections: Object.fromEntries(open.filter(([, count]) => count > 0)),
    }
  }

  /** Ends the client and all nodes. */
  async dispose(): Promise<void> {
    if (this.#client.isOpen) this.#client.destroy()
    await this.#simulator.dispose()
  }

  #createClient(): HitlessClient {
    const { configured, options = {}, skip = [] } = this.#scenario
    const { maintNotifications } = options
    const { host, port } = this.#node(configured).endpoint
    const client = createClient({
      socket: { host, port, reconnectStrategy: () => (this.#strategy === 'give-up' ? false : this.#strategy) },
      ...options,
      maintNotifications: { ...maintNotifications, handoff: { spread: 0, ...maintNotifications?.handoff } },
    })
    client.on('ready', () => this.#record({ event: 'connected' }))
    client.on('reconnecting', () => this.#record({ event: 'reconnecting' }))
    client.on('error', () => this.#record({ event: 'error' }))
    client.maint.hooks.use({ types: skip, before: () => 'skip' })
    const places = this.#places()
    client.maint.onAny(event => {
      if (!OF_NO_SLOT.has(event.name)) this.#record(places.toEntry(event, 0))
    })
    return client
  }

  #places(): Places {
    return new Places(new Map([...this.#nodes].map(([name, node]) => [name, node.endpoint])))
  }

  #record(entry: LogEntry): void {
    this.log.push(entry)
    for (const waiting of this.#awaited) {
      if (this.log.length < waiting.length) continue
      this.#awaited.delete(waiting)
      waiting.reached.resolve()
    }
  }

  async #notify(step: NotifyStep): Promise<void> {
    const node = this.#node(step.on)
    const announcement = toAnnouncement(step, name => this.#node(name))
    await Promise.all(Array.from({ length: step.times ?? 1 }, () => node.notify(announcement)))
  }

  async #change(name: string, { conduct, handshakeMs }: NodeSettings): Promise<void> {
    const node = this.#node(name)
    if (handshakeMs !== undefined) node.delayHandshake(handshakeMs)
    if (conduct === 'serving') await node.heal()
    if (conduct === 'refusing') node.refuse()
    if (conduct === 'silent') node.silent()
    if (conduct === 'hanging-up') node.hangUp('after-first-command')
    if (conduct === 'loading') node.answerLoading('data')
  }

  #node(name: string): SimNode {
    const node = this.#nodes.get(name)
    if (node === undefined) throw new RangeError(`There is no node ${name}`)
    return node
  }
}
