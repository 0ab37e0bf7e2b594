import type { Clock } from '../../../base/clock.js'
import type { Endpoint } from '../../../base/endpoint.js'
import { endpointOf } from '../../../core/decide/route.js'
import type { ConnectionPlan } from '../../../engine/ports.js'
import { StoreLine } from '../../../simulator/backends/store-line.js'
import { Store } from '../../../simulator/store/store.js'
import { ModelSlots } from '../../cluster/model-slots.js'
import type { NodeSettings } from '../node-settings.js'
import { Places } from '../places.js'
import type { PublishStep } from '../publish-step.js'
import { toPushItems } from '../push-items.js'
import type { NotifyStep, Scenario } from '../scenario.js'
import { ModelAzure } from './model-azure.js'
import type { ModelNode, ModelPeer } from './model-node.js'

/** The host of the configured endpoint. No node has this name. */
export const CONFIGURED_ADDRESS = '10.0.1.1'

/**
 * The servers of the modelled world. As real servers do, a node repeats a `MOVING` to connections that opt in while its
 * window is open, and every node tells new connections the last completion of the database.
 */
export class ModelServer {
  readonly places: Places
  /** The data that all nodes serve. */
  readonly store: Store
  /** Who owns which slots, where the nodes are a cluster. */
  readonly slots: ModelSlots | undefined
  readonly azure: ModelAzure = new ModelAzure()
  readonly #clock: Clock
  readonly #nodes = new Map<string, ModelNode>()
  readonly #moves = new Map<ModelNode, { readonly step: NotifyStep; readonly endsAt: number }>()
  #lastCompletion: NotifyStep | undefined
  #configured: string
  /** How many histories of writes there are. */
  #histories = 1

  constructor({ nodes, configured, cluster }: Scenario, clock: Clock) {
    this.#clock = clock
    this.store = new Store(clock)
    this.places = Places.of(nodes)
    this.#configured = configured
    for (const [index, [name, settings]] of Object.entries(nodes).entries()) {
      const {
        conduct = 'serving',
        handshakeMs = 1,
        answerMs = 1,
        forbids = [],
        server = 'redis',
        follows,
        names,
        refuses,
      } = settings
      const node: ModelNode = {
        name,
        address: `10.0.0.${index + 1}`,
        conduct,
        handshakeMs,
        answerMs,
        forbids,
        server,
        refuses: refuses ?? undefined,
        seat: undefined,
        follows: this.#placeOf(follows),
        names: this.#placeOf(names),
        epoch: 1,
        history: this.#histories,
        formerHistory: 0,
        store: names === undefined ? this.store : new Store(clock),
        connections: new Set(),
        greeting: () => this.#greeting(node),
      }
      this.#nodes.set(name, node)
    }
    if (cluster === true)
      this.slots = new ModelSlots({ settings: nodes, nodes: this.#nodes, store: this.store, places: this.places })
  }

  /** What its clocks say, in milliseconds since 1970. */
  get epochMs(): number {
    return this.#clock.epochMs()
  }

  /** All nodes. */
  get nodes(): Iterable<ModelNode> {
    return this.#nodes.values()
  }

  /**
   * A node by name; `null` is the one that the configured endpoint leads to now.
   *
   * @throws RangeError when there is no such node.
   */
  node(name: string | null): ModelNode {
    const node = this.#nodes.get(name ?? this.#configured)
    if (node === undefined) throw new RangeError(`There is no node ${name}`)
    return node
  }

  /**
   * The node that is dialled: by the address that a name led to, or by where the route leads.
   *
   * @param home - The node that the client is made for; `null` for the configured endpoint.
   */
  nodeAt({ route, way }: Pick<ConnectionPlan, 'route' | 'way'>, home: string | null): ModelNode {
    const endpoint = endpointOf(route)
    const host = way?.address ?? endpoint?.host
    const found = [...this.#nodes.values()].find(({ address }) => address === host)
    // An auxiliary connection to the configured endpoint has only its address.
    return found ?? this.node(host === CONFIGURED_ADDRESS ? home : (this.places.nameOf(endpoint) ?? home))
  }

  /** The name of the configured endpoint leads to the address of its node, every node's own name to its own. */
  addressOf(host: string): string {
    const found = [...this.#nodes.values()].find(({ name }) => this.places.endpointOf(name).host === host)
    return (found ?? this.node(null)).address
  }

  /** Leads the configured endpoint to another node. */
  configure(name: string): void {
    this.#configured = this.node(name).name
  }

  /** Changes how a node behaves. */
  change(name: string, settings: NodeSettings): void {
    const { conduct, handshakeMs, answerMs, forbids } = settings
    const node = this.node(name)
    const wasHolding = node.conduct === 'silent' || node.conduct === 'pausing-writes'
    if (conduct === 'serving' && node.conduct === 'replica') this.#promote(node)
    node.conduct = conduct ?? node.conduct
    node.handshakeMs = handshakeMs ?? node.handshakeMs
    node.answerMs = answerMs ?? node.answerMs
    node.forbids = forbids ?? node.forbids
    this.#appoint(node, settings)
    if (wasHolding && node.conduct !== 'silent') for (const connection of [...node.connections]) connection.resume()
  }

  /**
   * Has another client execute a command, past all nodes.
   *
   * @throws RangeError when the command is refused: then the scenario makes no sense.
   */
  execute(words: readonly string[]): void {
    executeOn(this.store, words)
  }

  /** Tells the connections of a node something, and keeps what new connections are told later. */
  announce(step: NotifyStep): void {
    const node = this.node(step.on)
    const present = [...node.connections]
    if (step.kind === 'moving') this.#openMove(node, step, present)
    if (step.kind === 'migrated' || step.kind === 'failed-over') this.#lastCompletion = step
    const items = this.#itemsOf(step, step.graceMs)
    for (let told = 0; told < (step.times ?? 1); told++) {
      for (const connection of present) connection.receive(items)
    }
  }

  /** A sentinel publishes something, to those that listen to it. */
  publish({ on, channel, message }: PublishStep): void {
    const text = message.replace(/\{([^}]+)\}/g, (_, name) => {
      const { host, port } = this.places.endpointOf(name)
      return `${host} ${port}`
    })
    executeOn(this.node(on).store, ['PUBLISH', channel, text])
  }

  /** It follows another primary, or names another one, or owns other slots. */
  #appoint(node: ModelNode, { follows, names, owns, refuses }: NodeSettings): void {
    if (owns !== undefined) this.slots?.own(node.name, owns)
    if (refuses !== undefined) node.refuses = refuses ?? undefined
    node.follows = this.#placeOf(follows) ?? node.follows
    node.names = this.#placeOf(names) ?? node.names
    if (names !== undefined) node.epoch += 1
    if (follows !== undefined) node.history = this.node(follows).history
  }

  /** It begins a history of its own. */
  #promote(node: ModelNode): void {
    this.#histories += 1
    Object.assign(node, { formerHistory: node.history, history: this.#histories })
  }

  #placeOf(name: string | undefined): Endpoint | undefined {
    return name === undefined ? undefined : this.places.endpointOf(name)
  }

  #openMove(node: ModelNode, step: NotifyStep, present: readonly ModelPeer[]): void {
    const { graceMs = 0, closesAfterMs = graceMs } = step
    this.#moves.set(node, { step, endsAt: this.#clock.now() + graceMs })
    if (closesAfterMs === null) return
    this.#clock.after(closesAfterMs, () => {
      for (const connection of present) if (connection.isReady) connection.breakOff('closed by the server')
    })
  }

  #greeting(node: ModelNode): readonly (readonly unknown[])[] {
    const now = this.#clock.now()
    const move = this.#moves.get(node)
    const open = move !== undefined && move.endsAt > now
    return [
      ...(this.#lastCompletion === undefined ? [] : [this.#itemsOf(this.#lastCompletion)]),
      ...(open ? [this.#itemsOf(move.step, move.endsAt - now)] : []),
    ]
  }

  #itemsOf(step: NotifyStep, graceMs = 0): readonly unknown[] {
    return toPushItems(step, graceMs, this.places)
  }
}

function executeOn(store: Store, words: readonly string[]): void {
  const line = new StoreLine(store, { receive: refuseErrors, drained() {}, closed() {} })
  const request = words.map(word => Buffer.from(word))
  line.forward({ name: String(words[0]), words: request, raw: Buffer.alloc(0) })
  line.close()
}

const MINUS = '-'.charCodeAt(0)

function refuseErrors(bytes: Buffer): void {
  if (bytes[0] === MINUS) throw new RangeError(`Another client was answered ${bytes.toString()}`)
}
