import { createClient, type HitlessClient } from '../../src/adapters/node-redis/index.js'
import { createDeferred, type Deferred } from '../../src/base/deferred.js'
import type { LogEntry, NotifyStep, Scenario, ScenarioEnd, Step } from '../../src/testing/index.js'
import { isNodeStep, ScenarioNodes } from '../../src/testing/rehearsal/scenario-nodes.js'
import { Places } from '../../src/testing/scenario/places.js'

/** What the client tells besides what becomes of its slot, so that a modelled world knows nothing of it. */
const OF_NO_SLOT: ReadonlySet<string> = new Set(['capability:changed', 'availability:changed', 'commands:resent'])

/** The real client before the simulator, behaving as a scenario says. */
export class SocketStage {
  /** What the client told, in order. */
  readonly log: LogEntry[] = []
  readonly #scenario: Scenario
  readonly #nodes: ScenarioNodes
  readonly #client: HitlessClient
  readonly #awaited = new Set<{ readonly length: number; readonly reached: Deferred<void> }>()
  #strategy: number | 'give-up' = 100
  #configured: string

  private constructor(scenario: Scenario, nodes: ScenarioNodes) {
    this.#scenario = scenario
    this.#nodes = nodes
    this.#configured = scenario.configured
    this.#client = this.#createClient()
  }

  /** Starts a node for each of the scenario's. */
  static async create(scenario: Scenario): Promise<SocketStage> {
    return new SocketStage(scenario, await ScenarioNodes.start(scenario))
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
    if (step.do === 'notify') assertExact(step)
    if (step.do === 'configure') this.#configured = step.node
    if (isNodeStep(step)) return this.#nodes.perform(step)
    // Whether it connects is told by the log.
    if (step.do === 'connect') this.#client.connect().catch(() => {})
    else if (step.do === 'strategy') this.#strategy = step.pauseMs
    else if (step.do === 'send') this.#send(step.as, step.command)
    else throw new RangeError(`A scenario on sockets cannot ${step.do}`)
  }

  /** Resolves with how things stand, once every node has as many connections as the scenario expects at its end. */
  async end(): Promise<Omit<ScenarioEnd, 'at' | 'timers'>> {
    const expected = this.#scenario.end.connections
    while ([...this.#nodes.byName].some(([name, node]) => node.connections().length !== (expected[name] ?? 0))) {
      await this.#nodes.simulator.next(({ type }) => type === 'connected' || type === 'closed')
    }
    const { state, ready, route, relaxations } = this.#client.maint.status()
    const at = route?.type === 'endpoint' ? this.#places().nameOf(route.endpoint) : route && this.#configured
    const open = [...this.#nodes.byName].map(([name, node]): [string, number] => [name, node.connections().length])
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
    await this.#nodes.simulator.dispose()
  }

  #createClient(): HitlessClient {
    const { options = {}, skip = [] } = this.#scenario
    const { maintNotifications } = options
    const { host, port } = this.#nodes.configured.endpoint
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
    return new Places(new Map([...this.#nodes.byName].map(([name, node]) => [name, node.endpoint])))
  }

  #send(as: string, command: readonly string[]): void {
    this.#client.sendCommand([...command]).then(
      reply => this.#record({ event: 'command:answered', as, reply }),
      () => this.#record({ event: 'command:failed', as }),
    )
  }

  #record(entry: LogEntry): void {
    this.log.push(entry)
    for (const waiting of this.#awaited) {
      if (this.log.length < waiting.length) continue
      this.#awaited.delete(waiting)
      waiting.reached.resolve()
    }
  }
}

/** What is compared with a scenario must be announced just as it says. */
function assertExact({ sequence, graceMs = 0, closesAfterMs = graceMs }: NotifyStep): void {
  if (sequence === null) throw new RangeError('The simulator numbers everything that it announces')
  if (closesAfterMs !== null && closesAfterMs !== graceMs) throw new RangeError('The simulator closes in time')
}
