import { printEndpoint } from '../../base/endpoint.js'
import { isReadCommand } from '../../core/commands/read-commands.js'
import type { Words } from '../../engine/ports.js'
import { EndpointSeat } from '../../simulator/store/endpoint-seat.js'
import type { Seat } from '../../simulator/store/seat.js'
import { RespError, type RespValue } from '../../wire/value.js'
import type { ModelNode } from './model-node.js'

/** How a node refuses writes. */
const WRITE_REFUSALS = {
  replica: "READONLY You can't write against a read only replica.",
  'lacking-replicas': 'NOREPLICAS Not enough good replicas to write.',
} as const

/** Commands that a replica executes though they are no reads. */
const UNREFUSED =
  /^(?:HELLO|PING|SELECT|CLIENT|READONLY|MULTI|EXEC|(?:UN)?WATCH|QUIT|RESET|PUBLISH|[PS]?(?:UN)?SUBSCRIBE)$/

/** The primary of a replica of which the scenario does not say which one that is. */
const NOWHERE = { host: '127.0.0.1', port: 6379 } as const

/** What a modelled connection has asked of its node for the time when that is a replica, and what it is answered then. */
export class ModelReplica {
  /** What the node says of itself in its answer to HELLO. */
  readonly seat: Seat
  readonly #node: ModelNode
  #isSentElsewhere = false
  #readsHere = false

  constructor(node: ModelNode) {
    this.#node = node
    const { follows = NOWHERE } = node
    this.seat = new EndpointSeat({
      server: node.server,
      get follows() {
        return node.conduct === 'replica' ? () => follows : undefined
      },
    })
  }

  /** The answer to a command that is about the part of the node, or that it refuses; `undefined` for others. */
  answer(words: Words): RespValue | undefined {
    const [name = '', word] = words.map(each => String(each).toUpperCase())
    if (name === 'READONLY') this.#readsHere = true
    if (name === 'CLIENT' && word === 'CAPA' && this.#node.server === 'valkey') {
      this.#isSentElsewhere = true
      return 'OK'
    }
    return this.#refusal(name, words)
  }

  #refusal(name: string, words: Words): RespValue | undefined {
    const { conduct, follows } = this.#node
    if (conduct !== 'replica' && conduct !== 'lacking-replicas') return undefined
    if (name === 'ROLE') return conduct === 'replica' ? ['slave', '127.0.0.1', 6379, 'connected', 0] : undefined
    if (UNREFUSED.test(name)) return undefined
    const isRead = isReadCommand(words)
    if (follows !== undefined && conduct === 'replica' && this.#isSentElsewhere && !(isRead && this.#readsHere))
      return new RespError(`REDIRECT ${printEndpoint(follows).replace(/[[\]]/g, '')}`)
    return isRead ? undefined : new RespError(WRITE_REFUSALS[conduct])
  }
}
