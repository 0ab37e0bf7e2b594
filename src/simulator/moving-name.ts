import type { LookupFunction } from 'node:net'
import type { SimNode } from './node.js'

/** A node, or anything else that is at an address. */
type Place = Pick<SimNode, 'endpoint'>

/**
 * A host name that leads to one node after the other, as DNS does. Nothing is installed: sockets take its `lookup` as their
 * option of that name. Its nodes must share a port.
 */
export class MovingName {
  #nodes: readonly Place[]
  #asked = 0

  /** @param nodes - What it leads to at first; without any it is not found. */
  constructor(...nodes: readonly Place[]) {
    this.#nodes = nodes
  }

  /** How often it was looked up. */
  get asked(): number {
    return this.#asked
  }

  /** Leads elsewhere from now on: to one node or several, in order; to none, it is not found. */
  leadTo(...nodes: readonly Place[]): void {
    this.#nodes = nodes
  }

  /** Answers with the addresses of the nodes, whatever name is looked up. */
  readonly lookup: LookupFunction = (hostname, { all }, callback) => {
    this.#asked += 1
    const addresses = this.#nodes.map(({ endpoint: { host } }) => ({
      address: host,
      family: host.includes(':') ? 6 : 4,
    }))
    const [first] = addresses
    // Resolvers never answer at once.
    process.nextTick(() => {
      if (first === undefined) callback(notFound(hostname), '')
      else if (all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

function notFound(hostname: string): NodeJS.ErrnoException {
  const facts = { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname }
  return Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), facts)
}
