import { type Endpoint, printEndpoint } from '../../../base/endpoint.js'
import { isReadCommand } from '../../../core/commands/read-commands.js'
import type { Words } from '../../../engine/ports.js'
import { EndpointSeat } from '../../../simulator/store/endpoint-seat.js'
import type { Seat } from '../../../simulator/store/seat.js'
import { RespError, type RespValue } from '../../../wire/value.js'
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
    if (name === 'SENTINEL' && this.#node.names !== undefined) return this.#asSentinel(this.#node.names, word)
    if (name === 'INFO' && word === 'REPLICATION') return this.#replication()
    return this.#refusal(name, words)
  }

  /** A sentinel knows of no others, and of no replicas. */
  #asSentinel({ host, port }: Endpoint, question: string | undefined): RespValue {
    const { name, epoch } = this.#node
    if (question === 'MYID') return name
    if (question === 'MASTER') return ['config-epoch', String(epoch)]
    return question === 'GET-MASTER-ADDR-BY-NAME' ? [host, String(port)] : []
  }

  #replication(): RespValue {
    const { conduct, history, formerHistory } = this.#node
    const [id, former] = [history, formerHistory].map(number => number.toString(16).padStart(40, '0'))
    const role = conduct === 'replica' ? 'slave' : 'master'
    return `role:${role}\r\nmaster_replid:${id}\r\nmaster_replid2:${former}\r\n`
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
