import type { Clock } from '../../base/clock.js'
import type { MaintenanceNotification } from '../../notifications/notification.js'
import type { ModelNode, ModelPeer } from './model-node.js'
import { toNotification } from './notification-step.js'
import { Places } from './places.js'
import type { NodeSettings, NotifyStep, Scenario } from './scenario.js'

/**
 * The servers' side of the modelled world. As real ones do, a node repeats a `MOVING` to whoever opts in while its window
 * is open, and every node tells newcomers the last completion of the database.
 */
export class ModelServer {
  readonly places: Places
  readonly #clock: Clock
  readonly #nodes = new Map<string, ModelNode>()
  readonly #moves = new Map<ModelNode, { readonly step: NotifyStep; readonly endsAt: number }>()
  #lastCompletion: NotifyStep | undefined
  #configured: string

  constructor({ nodes, configured }: Scenario, clock: Clock) {
    this.#clock = clock
    this.places = Places.of(nodes)
    this.#configured = configured
    for (const [name, { conduct = 'serving', handshakeMs = 1, answerMs = 1 }] of Object.entries(nodes)) {
      const node: ModelNode = {
        name,
        conduct,
        handshakeMs,
        answerMs,
        connections: new Set(),
        greeting: () => this.#greeting(node),
      }
      this.#nodes.set(name, node)
    }
  }

  /** All nodes. */
  get nodes(): Iterable<ModelNode> {
    return this.#nodes.values()
  }

  /**
   * A node by name; `null` is the one that the configured endpoint leads to at present.
   *
   * @throws RangeError when there is no such node.
   */
  node(name: string | null): ModelNode {
    const node = this.#nodes.get(name ?? this.#configured)
    if (node === undefined) throw new RangeError(`There is no node ${name}`)
    return node
  }

  /** Leads the configured endpoint to another node. */
  configure(name: string): void {
    this.#configured = this.node(name).name
  }

  /** Changes how a node behaves. */
  change(name: string, { conduct, handshakeMs, answerMs }: NodeSettings): void {
    const node = this.node(name)
    node.conduct = conduct ?? node.conduct
    node.handshakeMs = handshakeMs ?? node.handshakeMs
    node.answerMs = answerMs ?? node.answerMs
  }

  /** Tells the connections of a node something, and keeps of it what newcomers are told. */
  announce(step: NotifyStep): void {
    const node = this.node(step.on)
    const present = [...node.connections]
    if (step.kind === 'moving') this.#openMove(node, step, present)
    if (step.kind === 'migrated' || step.kind === 'failed-over') this.#lastCompletion = step
    const notification = this.#notificationOf(step, step.graceMs)
    for (let told = 0; told < (step.times ?? 1); told++) {
      for (const connection of present) connection.receive(notification)
    }
  }

  #openMove(node: ModelNode, step: NotifyStep, present: readonly ModelPeer[]): void {
    const { graceMs = 0, closesAfterMs = graceMs } = step
    this.#moves.set(node, { step, endsAt: this.#clock.now() + graceMs })
    if (closesAfterMs === null) return
    this.#clock.after(closesAfterMs, () => {
      for (const connection of present) if (connection.isReady) connection.breakOff('closed by the server')
    })
  }

  #greeting(node: ModelNode): readonly MaintenanceNotification[] {
    const now = this.#clock.now()
    const move = this.#moves.get(node)
    const open = move !== undefined && move.endsAt > now
    return [
      ...(this.#lastCompletion === undefined ? [] : [this.#notificationOf(this.#lastCompletion)]),
      ...(open ? [this.#notificationOf(move.step, move.endsAt - now)] : []),
    ]
  }

  #notificationOf(step: NotifyStep, graceMs?: number): MaintenanceNotification {
    return toNotification(step, { graceMs, now: this.#clock.now(), places: this.places })
  }
}
