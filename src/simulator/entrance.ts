import { type Endpoint, printEndpoint } from '../base/endpoint.js'
import { Listener } from './listener.js'
import type { SimNode } from './node.js'
import { type NodeParts, partsOf } from './node-parts.js'

/**
 * An address of its own that leads to one node after the other, as a name does when DNS moves, or a load balancer: new
 * connections are those of the node, and are refused while it refuses. For clients that cannot be given a `lookup`.
 */
export class SimEntrance {
  readonly #listener: Listener
  #parts: NodeParts

  /** Use `Simulator.addEntrance`. */
  constructor(node: SimNode, place: Partial<Endpoint>) {
    const { host = '127.0.0.1', port = 0 } = place
    this.#parts = partsOf(node)
    this.#listener = new Listener({
      host,
      port,
      tls: undefined,
      onAccept: accepted => this.#parts.sessions.accept(accepted),
    })
  }

  /** Where it listens. */
  get endpoint(): Endpoint {
    return this.#listener.endpoint
  }

  /** `redis://host:port`. */
  get url(): string {
    return `redis://${printEndpoint(this.endpoint)}`
  }

  /** Leads to a node from now on. Open connections stay where they are. */
  async leadTo(node: SimNode): Promise<void> {
    this.#parts.listener.followers.delete(this.#listener)
    this.#parts = partsOf(node)
    const { listener } = this.#parts
    listener.followers.add(this.#listener)
    if (listener.listening) await this.#listener.open()
    else void this.#listener.close()
  }

  /** Ends it; the simulator calls it. */
  async dispose(): Promise<void> {
    await this.#listener.close()
  }
}
