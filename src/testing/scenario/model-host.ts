import type { Clock } from '../../base/clock.js'
import type { Effect, ServeAfter } from '../../core/decide/link-state.js'
import type { Generation } from '../../core/decide/phase.js'
import { createHooks, type Hooks } from '../../core/events/hooks.js'
import { resolveMaintOptions } from '../../core/options/maint-options.js'
import { type ReconnectDecision, Shell, type SlotHost } from '../../engine/link/shell.js'
import { ModelConnection } from './model-connection.js'
import type { ModelServer } from './model-server.js'
import { messageOf } from './places.js'
import type { LogEntry, Scenario, ScenarioEnd, Step } from './scenario.js'

/** What a modelled host is made of. */
export interface ModelHostParts {
  readonly scenario: Scenario
  readonly server: ModelServer
  readonly clock: Clock
  /** The clock of the shell, so that its timers can be counted by themselves. */
  readonly shellClock: Clock
  /** Told everything that happens, in order. */
  readonly record: (entry: LogEntry) => void
}

/** How long a connection may take for which the core names no bound, in milliseconds. */
const CONNECT_WITHIN_MS = 30_000

/** A host library over the modelled world: it performs what the core decides, and writes it down. */
export class ModelHost implements SlotHost {
  readonly shell: Shell
  readonly hooks: Hooks = createHooks()
  gate: ScenarioEnd['gate'] = 'closed'
  relaxed = false
  /** The pause that the reconnect strategy orders, in milliseconds. */
  strategy: number | 'give-up' = 100
  #serving: Generation | undefined
  /** The connection for which the configured name is watched. */
  #following: Generation | undefined
  readonly #connections = new Map<Generation, ModelConnection>()
  readonly #parts: ModelHostParts

  constructor(parts: ModelHostParts) {
    const { scenario, clock, shellClock, server } = parts
    this.#parts = parts
    // Hand-offs begin at once unless the scenario is about when they do.
    const { policy: resolved } = resolveMaintOptions({ handoffSpread: 0, ...scenario.options })
    const policy = { ...resolved, followsAddress: scenario.followsAddress === true }
    this.shell = new Shell({ host: this, clock: shellClock, policy, hooks: this.hooks })
    this.hooks.onAny(event => parts.record(server.places.toEntry(event, clock.now())))
    this.hooks.use({ before: ({ type }) => (scenario.skip?.includes(type) === true ? 'skip' : undefined) })
  }

  /** The node behind the connection that serves, if it is still there. */
  get servingNode(): string | null {
    const serving = this.#serving === undefined ? undefined : this.#connections.get(this.#serving)
    return serving?.node.name ?? null
  }

  /** The connections of one node: those that are made, serve or drain. */
  connectionsTo(node: string, which: 'all' | 'serving' | 'next' = 'all'): readonly ModelConnection[] {
    const { phase } = this.shell.slot
    const next = 'next' in phase ? phase.next : undefined
    return [...this.#connections]
      .filter(([id, connection]) => {
        if (connection.node.name !== node) return false
        return which === 'all' || id === (which === 'next' ? next : this.#serving)
      })
      .map(([, connection]) => connection)
  }

  connect(): void {
    // A client that is open refuses to be opened.
    if (this.gate !== 'closed') return
    this.gate = 'held'
    this.shell.send({ type: 'connect' })
  }

  close(): void {
    this.shell.send({ type: 'close' })
    this.gate = 'closed'
    for (const id of [...this.#connections.keys()]) this.discard(id)
  }

  dial(request: Extract<Effect, { type: 'dial' }>): void {
    const { generation, endpoint, purpose, withinMs = CONNECT_WITHIN_MS, requirePrimary } = request
    const { server, clock } = this.#parts
    const to = server.places.nameOf(endpoint)
    const node = server.node(to)
    this.#record({ event: 'dial', to, node: node.name, purpose })
    const end = (): void => void this.#connections.delete(generation)
    const listener = {
      ready: () => this.shell.send({ type: 'dialled', generation }),
      failed: (error: Error) => {
        end()
        this.shell.send({ type: 'dial-failed', generation, error })
      },
      lost: (cause: Error) => {
        end()
        this.shell.send({ type: 'lost', generation, cause })
      },
      notified: this.shell.notify.bind(this.shell, generation),
    }
    const proof = requirePrimary ? 'primary' : purpose === 'handoff' ? 'serving' : undefined
    this.#connections.set(generation, new ModelConnection({ node, clock, withinMs, proof, listener }))
  }

  discard(generation: Generation): void {
    this.#connections.get(generation)?.end()
    this.#connections.delete(generation)
  }

  holdGate(): void {
    if (this.gate === 'open' || this.gate === 'writes-held') this.#record({ event: 'gate:held' })
    this.gate = 'held'
  }

  holdWrites(): void {
    this.#record({ event: 'gate:writes-held' })
    this.gate = 'writes-held'
  }

  followAddress(generation: Generation): void {
    this.#following = generation
    this.lookAgain()
  }

  unfollowAddress(): void {
    this.#following = undefined
  }

  /** The configured name may lead elsewhere by now: tells whoever watches it. */
  lookAgain(): void {
    const generation = this.#following
    if (generation === undefined || this.#parts.server.node(null).name === this.servingNode) return
    queueMicrotask(() => this.shell.send({ type: 'address-moved', generation }))
  }

  /** Something happens that no server tells. */
  wish(step: Extract<Step, { do: 'leave' | 'revive' | 'hold' | 'release' | 'hold-writes' | 'release-writes' }>): void {
    const generation = this.#serving ?? 0
    switch (step.do) {
      case 'leave':
        return this.shell.send({ type: 'leave', generation, reason: step.reason })
      case 'revive':
        return this.shell.send({ type: 'revived', generation })
      case 'release-writes':
        return this.shell.send({ type: 'release-writes' })
      case 'release':
        return this.shell.send({ type: 'release', key: step.key })
      case 'hold':
        return this.shell.send({ type: 'hold', key: step.key, forMs: step.forMs })
      default:
        return this.shell.send({ type: 'hold-writes', forMs: step.forMs })
    }
  }

  async fence(generation: Generation, withinMs: number): Promise<boolean> {
    return (await this.#connections.get(generation)?.fence(withinMs)) ?? false
  }

  serve(generation: Generation, after: ServeAfter): void {
    const connection = this.#connections.get(generation)
    if (connection === undefined) return
    this.gate = 'open'
    this.#serving = generation
    this.#record({ event: 'gate:opened', node: connection.node.name, after })
  }

  retire(generation: Generation, withinMs: number): void {
    const end = (): void => this.discard(generation)
    this.#connections.get(generation)?.fence(withinMs).then(end, end)
  }

  relax(relaxed: boolean): void {
    this.relaxed = relaxed
  }

  decideReconnect(retries: number, cause: unknown): ReconnectDecision {
    this.#record({ event: 'strategy:asked', retries, message: messageOf(cause) })
    return this.strategy === 'give-up' ? { giveUp: cause } : { afterMs: this.strategy }
  }

  announce(event: 'connected' | 'reconnecting'): void {
    this.#record({ event })
  }

  announceError(error: unknown): void {
    this.#record({ event: 'error', message: messageOf(error) })
  }

  terminate(error: unknown): void {
    this.gate = 'closed'
    this.#record({ event: 'terminated', message: messageOf(error) })
  }

  #record(entry: LogEntry): void {
    this.#parts.record({ at: this.#parts.clock.now(), ...entry })
  }
}
