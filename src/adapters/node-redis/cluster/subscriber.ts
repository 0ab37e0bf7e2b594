import { randomUUID } from 'node:crypto'
import { type AddressMap, mappedBy } from '../../../base/address-map.js'
import { type Endpoint, sameEndpoint } from '../../../base/endpoint.js'
import { NodeSource } from '../../../engine/topology/cluster/node-source.js'
import type { Surroundings } from '../client.js'
import type { HostSlots } from './cluster-seams.js'

/** The client that carries the channels and patterns of a cluster. It is handed off where the host would make another one. */
export class Subscriber {
  readonly #slots: HostSlots
  readonly #mapped: (endpoint: Endpoint) => Endpoint
  #current: NodeSource | undefined
  /** Where it leads. A cluster shares it with no other. */
  readonly source: NonNullable<Surroundings['source']> = {
    key: `cluster-subscriber:${randomUUID()}`,
    open: listener => {
      const list = (): readonly Endpoint[] => this.#nodes().map(this.#mapped)
      this.#current = new NodeSource({ list, choose: endpoint => this.#choose(endpoint) }, listener)
      return this.#current
    },
  }

  constructor(slots: HostSlots, addressMap: AddressMap | undefined) {
    this.#slots = slots
    this.#mapped = mappedBy(addressMap)
  }

  /** Only these nodes are in the cluster from now on. */
  keepAmong(nodes: readonly Endpoint[], masters: readonly Endpoint[]): void {
    const { pubSubNode, nodeByAddress } = this.#slots
    if (pubSubNode === undefined || nodes.some(node => addressOf(node) === pubSubNode.address)) return
    const next = masters.find(node => nodeByAddress.get(addressOf(node))?.client?.isReady === true) ?? masters[0]
    if (next === undefined) return
    pubSubNode.address = addressOf(next)
    this.#current?.switchTo(this.#mapped(next))
  }

  /** The one that is chosen first, then those that answer, or all where nobody has asked any of them yet. */
  #nodes(): readonly Endpoint[] {
    const { pubSubNode, nodeByAddress, masters } = this.#slots
    const chosen = nodeByAddress.get(pubSubNode?.address ?? '')
    const others = masters.filter(node => node !== chosen)
    const ready = others.filter(node => node.client?.isReady === true)
    const next = ready.length > 0 ? ready : others
    return chosen === undefined ? next : [chosen, ...next]
  }

  #choose(endpoint: Endpoint): void {
    const { pubSubNode, masters } = this.#slots
    const node = masters.find(master => sameEndpoint(this.#mapped(master), endpoint))
    if (pubSubNode !== undefined && node !== undefined) pubSubNode.address = node.address
  }
}

/** A node as the host names it. */
function addressOf({ host, port }: Endpoint): string {
  return `${host}:${port}`
}
