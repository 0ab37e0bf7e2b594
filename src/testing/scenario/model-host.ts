import type { Clock } from '../../base/clock.js'
import type { Effect, ResumeAfter } from '../../core/decide/link-state.js'
import type { ConnectionId } from '../../core/decide/phase.js'
import { endpointOf } from '../../core/decide/route.js'
import { createHooks, type Hooks } from '../../core/events/hooks.js'
import { resolveMaintOptions } from '../../core/options/maint-options.js'
import { type LinkHost, Shell } from '../../engine/link/shell.js'
import type { ReconnectDecision } from '../../engine/ports.js'
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
export class ModelHost implements LinkHost {
  readonly shell: Shell
  readonly hooks: Hooks = createHooks()
  gate: ScenarioEnd['gate'] = 'closed'
  relaxed = false
  /** The pause that the reconnect strategy orders, in milliseconds. */
  strategy: number | 'give-up' = 100
  #serving: ConnectionId | undefined
  /** The connection for which the configured name is watched. */
  #following: ConnectionId | undefined
  readonly #connections = new Map<ConnectionId, ModelConnection>()
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
    const { phase } = this.shell.link
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
    this.gate = 'paused'
    this.shell.send({ type: 'connect' })
  }

  close(): void {
    this.shell.send({ type: 'close' })
    this.gate = 'closed'
    for (const id of [...this.#connections.keys()]) this.discard(id)
  }

  dial(request: Extract<Effect, { type: 'dial' }>): void {
    const { connection, route, purpose, withinMs = CONNECT_WITHIN_MS, requirePrimary } = request
    const { server, clock } = this.#parts
    const to = server.places.nameOf(endpointOf(route))
    const node = server.node(to)
    this.#record({ event: 'dial', to, node: node.name, purpose })
    const end = (): void => void this.#connections.delete(connection)
    const listener = {
      ready: () => this.shell.send({ type: 'dialled', connection }),
      failed: (error: Error) => {
        end()
        this.shell.send({ type: 'dial-failed', connection, error })
      },
      lost: (cause: Error) => {
        end()
        this.shell.send({ type: 'lost', connection, cause })
      },
      notified: this.shell.notify.bind(this.shell, connection),
    }
    const proof = requirePrimary ? 'primary' : purpose === 'handoff' ? 'serving' : undefined
    this.#connections.set(connection, new ModelConnection({ node, clock, withinMs, proof, listener }))
  }

  discard(connection: ConnectionId): void {
    this.#connections.get(connection)?.end()
    this.#connections.delete(connection)
  }

  pauseCommands(): void {
    if (this.gate === 'open' || this.gate === 'writes-paused') this.#record({ event: 'gate:paused' })
    this.gate = 'paused'
  }

  pauseWrites(): void {
    this.#record({ event: 'gate:writes-paused' })
    this.gate = 'writes-paused'
  }

  followAddress(connection: ConnectionId): void {
    this.#following = connection
    this.lookAgain()
  }

  unfollowAddress(): void {
    this.#following = undefined
  }

  /** The configured name may lead elsewhere by now: tells whoever watches it. */
  lookAgain(): void {
    const connection = this.#following
    if (connection === undefined || this.#parts.server.node(null).name === this.servingNode) return
    queueMicrotask(() => this.shell.send({ type: 'address-moved', connection }))
  }

  /** Something happens that no server tells. */
  wish(
    step: Extract<Step, { do: 'hand-off' | 'recover' | 'relax' | 'end-relaxation' | 'pause-writes' | 'resume-writes' }>,
  ): void {
    const connection = this.#serving ?? 0
    switch (step.do) {
      case 'hand-off':
        return this.shell.send({ type: 'hand-off', connection, reason: step.reason })
      case 'recover':
        return this.shell.send({ type: 'recovered', connection })
      case 'resume-writes':
        return this.shell.send({ type: 'resume-writes' })
      case 'end-relaxation':
        return this.shell.send({ type: 'end-relaxation', key: step.key })
      case 'relax':
        return this.shell.send({ type: 'relax', key: step.key, forMs: step.forMs })
      default:
        return this.shell.send({ type: 'pause-writes', forMs: step.forMs })
    }
  }

  async fence(connection: ConnectionId, withinMs: number): Promise<boolean> {
    return (await this.#connections.get(connection)?.fence(withinMs)) ?? false
  }

  resume(id: ConnectionId, after: ResumeAfter): void {
    const connection = this.#connections.get(id)
    if (connection === undefined) return
    this.gate = 'open'
    this.#serving = id
    this.#record({ event: 'gate:opened', node: connection.node.name, after })
  }

  drain(connection: ConnectionId, withinMs: number): void {
    const end = (): void => this.discard(connection)
    this.#connections.get(connection)?.fence(withinMs).then(end, end)
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
