import type { Endpoint } from '../../base/endpoint.js'
import { CommandError, type Reply } from './reply.js'
import type { Seat } from './seat.js'

/** What a node that stands alone tells of itself. */
export interface EndpointFacts {
  readonly server: 'redis' | 'valkey'
  /** The primary that the node follows; `undefined` for a primary. */
  readonly follows: (() => Endpoint) | undefined
}

/** A node that is neither of a cluster nor a sentinel: it has all keys, and may follow another one. */
export class EndpointSeat implements Seat {
  readonly mode = 'standalone'
  readonly #facts: EndpointFacts

  constructor(facts: EndpointFacts) {
    this.#facts = facts
  }

  get server(): 'redis' | 'valkey' {
    return this.#facts.server
  }

  get roleName(): string {
    return this.#facts.follows === undefined ? 'master' : 'replica'
  }

  role(): Reply {
    return ['master', 0, []]
  }

  holds(): boolean {
    return true
  }

  refuse(): undefined {}

  answer(): Reply {
    throw new CommandError('ERR This instance has cluster support disabled')
  }
}
