import type { Clock } from '../../base/clock.js'
import type { Effect } from '../../core/decide/link-state.js'
import { endpointOf } from '../../core/decide/route.js'
import { createHooks, type Hooks } from '../../core/events/hooks.js'
import type { MaintEvent } from '../../core/events/maint-events.js'
import { resolveMaintOptions } from '../../core/options/maint-options.js'
import type { Context } from '../../engine/context.js'
import { DatabaseRegistry } from '../../engine/database/database-registry.js'
import { Lifecycle } from '../../engine/link/lifecycle.js'
import { Link } from '../../engine/link/link.js'
import type { ClientEvents } from '../../engine/ports.js'
import type { CallStep } from './call-steps.js'
import { ModelCalls } from './model-calls.js'
import type { ModelConnection } from './model-connection.js'
import { ModelHost, modelTarget } from './model-host.js'
import type { ModelServer } from './model-server.js'
import { messageOf } from './places.js'
import type { LogEntry, Scenario, ScenarioEnd, Step } from './scenario.js'

/** What a client of the modelled world is made of. */
export interface ModelClientParts {
  readonly scenario: Scenario
  readonly server: ModelServer
  readonly clock: Clock
  /** Told everything that happens, in order. */
  readonly record: (entry: LogEntry) => void
}

/** What the client tells besides what becomes of its connection. */
const OF_NO_CONNECTION: ReadonlySet<MaintEvent['name']> = new Set(['capability:changed', 'availability:changed'])

const NO_CLIENT: ClientEvents = {
  connected() {},
  reconnecting() {},
  failed() {},
  terminated() {},
  cacheDropped() {},
  hostEvent() {},
}

/** The engine, as it ships, before the modelled world; it writes down what is decided and told. */
export class ModelClient {
  readonly host: ModelHost
  readonly link: Link
  readonly lifecycle: Lifecycle
  readonly hooks: Hooks = createHooks()
  readonly calls: ModelCalls
  readonly #parts: ModelClientParts
  /** Whether it was written down that commands wait. */
  #isPaused = true

  constructor(parts: ModelClientParts) {
    const { scenario, server, clock } = parts
    this.#parts = parts
    this.host = new ModelHost(parts)
    this.calls = new ModelCalls({ ...parts, host: this.host })
    const { link, lifecycle } = this.#create(contextOf(parts, this.host, this.hooks))
    this.link = link
    this.lifecycle = lifecycle
    this.hooks.onAny(event => {
      if (!OF_NO_CONNECTION.has(event.name)) parts.record(server.places.toEntry(event, clock.now()))
    })
    this.hooks.use({ before: ({ type }) => (scenario.skip?.includes(type) === true ? 'skip' : undefined) })
  }

  /** Where new commands go. */
  get gate(): ScenarioEnd['gate'] {
    const { mode } = this.link.dispatcher
    return mode === 'offline' ? 'paused' : mode
  }

  get relaxed(): boolean {
    return this.link.dispatcher.relaxedMs !== undefined
  }

  /** The node behind the connection that serves, if it is still there. */
  get servingNode(): string | null {
    const { current } = this.link
    return current?.isReady === true ? (this.host.modelOf(current.physical)?.node.name ?? null) : null
  }

  /** The connections to one node: those that are made, serve or drain. */
  connectionsTo(node: string, which: 'all' | 'serving' | 'next' = 'all'): readonly ModelConnection[] {
    const { phase } = this.link.shell.link
    const next = 'next' in phase ? phase.next : undefined
    return [...this.link.connections]
      .filter(({ id }) => which === 'all' || id === (which === 'next' ? next : this.link.current?.id))
      .flatMap(({ physical }) => this.host.modelOf(physical) ?? [])
      .filter(connection => connection.node.name === node)
  }

  /** Whether it connects is told by the log; one that is open refuses to be opened. */
  connect(): void {
    this.lifecycle.connect().catch(() => {})
  }

  close(): void {
    this.lifecycle.close().catch(() => {})
  }

  destroy(): void {
    this.lifecycle.destroy()
  }

  /** The application asks for something. */
  call(step: CallStep): void {
    this.calls.make(step, task => task(this.link))
  }

  /** Something happens that no server tells. */
  wish(
    step: Extract<Step, { do: 'hand-off' | 'recover' | 'relax' | 'end-relaxation' | 'pause-writes' | 'resume-writes' }>,
  ): void {
    const { shell, current } = this.link
    const connection = current?.id ?? 0
    switch (step.do) {
      case 'hand-off':
        return shell.send({ type: 'hand-off', connection, reason: step.reason })
      case 'recover':
        return shell.send({ type: 'recovered', connection })
      case 'resume-writes':
        return shell.send({ type: 'resume-writes' })
      case 'end-relaxation':
        return shell.send({ type: 'end-relaxation', key: step.key })
      case 'relax':
        return shell.send({ type: 'relax', key: step.key, forMs: step.forMs })
      default:
        return shell.send({ type: 'pause-writes', forMs: step.forMs })
    }
  }

  #create(context: Context): { readonly link: Link; readonly lifecycle: Lifecycle } {
    const link = new Link({
      context,
      client: NO_CLIENT,
      weight: {},
      checkout: undefined,
      openAzure: undefined,
      onSettled: failure => lifecycle.settle(failure),
      onGivenUp: () => {},
      onEffect: effect => this.#note(effect),
    })
    const lifecycle = new Lifecycle({ errors: this.host.errors, link, client: this, onEnded: () => {} })
    return { link, lifecycle }
  }

  /** Writes down what is about to be done. */
  #note(effect: Effect): void {
    const entry = this.#entryOf(effect)
    if (entry !== undefined) this.#parts.record({ at: this.#parts.clock.now(), ...entry })
  }

  #entryOf(effect: Effect): LogEntry | undefined {
    const { server } = this.#parts
    switch (effect.type) {
      case 'dial': {
        const to = server.places.nameOf(endpointOf(effect.route))
        return { event: 'dial', to, node: server.node(to).name, purpose: effect.purpose }
      }
      case 'pause-commands':
        return this.#pause()
      case 'pause-writes':
        return { event: 'gate:writes-paused' }
      case 'resume': {
        const connection = this.host.modelOf(this.link.connections.get(effect.connection)?.physical)
        if (connection === undefined) return undefined
        this.#isPaused = false
        return { event: 'gate:opened', node: connection.node.name, after: effect.after }
      }
      case 'announce':
        return { event: effect.event }
      case 'announce-error':
        return { event: 'error', message: messageOf(effect.error) }
      case 'terminate':
        return { event: 'terminated', message: messageOf(effect.error) }
      default:
        return undefined
    }
  }

  #pause(): LogEntry | undefined {
    if (this.#isPaused) return undefined
    this.#isPaused = true
    return { event: 'gate:paused' }
  }
}

function contextOf({ scenario, server, clock }: ModelClientParts, host: ModelHost, hooks: Hooks): Context {
  // Hand-offs begin at once unless the scenario is about when they do.
  const resolved = resolveMaintOptions({ handoffSpread: 0, instanceId: 'scenario', ...scenario.options })
  // What no server tells is a step of the scenario: nothing finds it out by itself, unless the scenario is about that.
  const unwatched = {
    unresponsiveTimeoutMs: false,
    healthCheckIntervalMs: false,
    addressCheckIntervalMs: false,
  } as const
  const maint = scenario.monitors === true ? resolved : { ...resolved, ...unwatched }
  const target = modelTarget(server, scenario.followsAddress === true)
  const random = (): number => 0.5
  const database = new DatabaseRegistry({ clock, random }).for('scenario', { target, maint })
  return { host, target, clock, random, hooks, maint, offReason: undefined, database }
}
