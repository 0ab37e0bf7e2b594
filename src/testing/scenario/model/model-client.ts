import type { Effect } from '../../../core/decide/link-state.js'
import { endpointOf } from '../../../core/decide/route.js'
import type { Hooks } from '../../../core/events/hooks.js'
import { createTell } from '../../../core/events/tell.js'
import type { Checkout } from '../../../engine/connect/checkout.js'
import type { Context } from '../../../engine/database/context.js'
import { Lifecycle } from '../../../engine/link/lifecycle.js'
import { Link } from '../../../engine/link/link.js'
import type { ClientEvents } from '../../../engine/ports.js'
import { type Application, connectionsByNode, type Which } from '../application.js'
import type { CallStep } from '../call-steps.js'
import type { ScenarioEnd } from '../ends.js'
import { messageOf } from '../places.js'
import type { LogEntry, WishStep } from '../scenario.js'
import { type ModelParts, type Surroundings, surround } from '../surroundings.js'
import type { ModelCalls } from './model-calls.js'
import type { ModelConnection } from './model-connection.js'
import type { ModelHost } from './model-host.js'

/** What a client of a pool, or of a cluster, knows of it. */
export interface PoolPlace {
  /** The name of the client within its pool. In a cluster: of its node. */
  readonly member: string
  readonly checkout?: Checkout
  /** The hooks of the pool, as its clients see them. */
  readonly hooks: Hooks
  /** Is told when a hand-off has failed for good. */
  readonly onGivenUp?: () => void
  /** Is told what its link decides. */
  readonly onEffect?: (effect: Effect) => void
  /** A server has ended the subscription to a shard channel. */
  readonly onChannelEnded?: (channel: string) => void
}

const NO_CLIENT: ClientEvents = {
  reached() {},
  connected() {},
  reconnecting() {},
  failed() {},
  terminated() {},
  cacheDropped() {},
  hostEvent() {},
}

/** The real engine in the modelled world. It logs what is decided and told. */
export class ModelClient implements Application {
  readonly host: ModelHost
  readonly link: Link
  readonly lifecycle: Lifecycle
  readonly calls: ModelCalls
  /** Its name within its pool, where it is in one. */
  readonly member: string | undefined
  readonly #parts: ModelParts
  /** Whether the log says that commands wait. */
  #isPaused = true

  constructor(parts: ModelParts, { host, calls, context }: Surroundings = surround(parts), place?: PoolPlace) {
    this.#parts = parts
    this.host = host
    this.calls = calls
    this.member = place?.member
    const { link, lifecycle } = this.#create(place === undefined ? context : within(context, place), place)
    this.link = link
    this.lifecycle = lifecycle
  }

  get isOpen(): boolean {
    return this.lifecycle.isOpen
  }

  /** Where new commands go. */
  get gate(): ScenarioEnd['gate'] {
    const { mode } = this.link.dispatcher
    return mode === 'offline' ? 'paused' : mode
  }

  get relaxed(): boolean {
    return this.link.dispatcher.timeouts.relaxedMs !== undefined
  }

  /** The node behind the connection that serves, if it is still there. */
  get servingNode(): string | null {
    const { current } = this.link
    return current?.isReady === true ? (this.host.modelOf(current.physical)?.node.name ?? null) : null
  }

  /** The connections to one node: those that are made, serve or drain. */
  connectionsTo(node: string, which: Which = 'all'): readonly ModelConnection[] {
    const { phase } = this.link.shell.link
    const next = 'next' in phase ? phase.next : undefined
    return [...this.link.connections]
      .filter(({ id }) => which === 'all' || id === (which === 'next' ? next : this.link.current?.id))
      .flatMap(({ physical }) => this.host.modelOf(physical) ?? [])
      .filter(connection => connection.node.name === node)
  }

  /** Connects. Rejects where it is open. */
  connect(): Promise<unknown> {
    return this.lifecycle.connect()
  }

  close(): Promise<void> {
    return this.lifecycle.close()
  }

  destroy(): void {
    this.lifecycle.destroy()
  }

  /** The state of the client. */
  endAt(at: number): ScenarioEnd {
    return {
      at,
      state: this.link.shell.link.phase.state,
      serving: this.servingNode,
      gate: this.gate,
      relaxed: this.relaxed,
      timers: this.link.shell.timers,
      connections: connectionsByNode(this, this.#parts.server),
    }
  }

  /** The application asks for something. */
  call(step: CallStep): void {
    this.calls.make(step, task => task(this.link))
  }

  /** Something happens that no server tells. */
  wish(step: WishStep): void {
    const { shell, current } = this.link
    const connection = current?.id ?? 0
    switch (step.do) {
      case 'hand-off':
        return shell.send({ type: 'hand-off', connection, reason: step.reason })
      case 'recover':
        return shell.send({ type: 'recovered', connection })
      case 'stand-still':
        return shell.send({ type: 'stood-still', connection })
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

  #create(context: Context, place: PoolPlace | undefined): { readonly link: Link; readonly lifecycle: Lifecycle } {
    const { server } = this.#parts
    const link = new Link({
      context,
      client: { ...NO_CLIENT, hostEvent: (_, [channel]) => place?.onChannelEnded?.(String(channel)) },
      checkout: place?.checkout,
      openAzure: listensToAzure(this.#parts) ? () => server.azure.open() : undefined,
      onSettled: failure => lifecycle.settle(failure),
      onGivenUp: () => place?.onGivenUp?.(),
      onEffect: effect => {
        this.#note(effect)
        place?.onEffect?.(effect)
      },
    })
    const lifecycle = new Lifecycle({ errors: this.host.errors, link, onEnded: () => {} })
    return { link, lifecycle }
  }

  /** Logs an effect before it is performed. */
  #note(effect: Effect): void {
    const entry = this.#entryOf(effect)
    const { member } = this
    const whose = member === undefined ? {} : { member }
    if (entry !== undefined) this.#parts.record({ at: this.#parts.clock.now(), ...whose, ...entry })
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

/** Where Azure never says anything its channel is not looked at. */
function listensToAzure({ scenario: { steps } }: ModelParts): boolean {
  return steps.some(({ do: does }) => does === 'azure')
}

/** What a client of a pool needs. It tells the pool. */
function within(context: Context, { hooks }: PoolPlace): Context {
  return { ...context, hooks, tell: createTell(hooks, context.clock) }
}
