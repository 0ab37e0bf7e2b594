import type { Endpoint } from '../../base/endpoint.js'
import type { RespValue } from '../../wire/value.js'
import { CommandError, OK, type Reply } from '../store/reply.js'
import type { Question, Seat, Visitor } from '../store/seat.js'
import { keywordAt, textAt } from '../store/specification.js'

/** What a sentinel knows: a primary, its replicas, and the other sentinels. */
export interface SentinelView {
  readonly name: string
  readonly quorum: number
  readonly primary: Endpoint
  readonly replicas: readonly Endpoint[]
  /** Without the sentinel itself. */
  readonly others: readonly { readonly endpoint: Endpoint; readonly id: string }[]
  /** The primary's state, as in its flags: `master`, or `s_down,master` and so on. */
  readonly flags: string
  readonly epoch: number
}

/** What a sentinel does when it is asked to. */
export interface SentinelPort {
  readonly id: string
  view(): SentinelView
  failover(): void
}

/** The commands that a sentinel takes. */
const SERVED: ReadonlySet<string> = new Set(
  'ACL AUTH CLIENT COMMAND HELLO INFO PING PSUBSCRIBE PUBLISH PUNSUBSCRIBE QUIT RESET ROLE SENTINEL SUBSCRIBE UNSUBSCRIBE'.split(
    ' ',
  ),
)

type Subcommand = (view: SentinelView, port: SentinelPort) => Reply

/** A sentinel as its clients meet it. */
export class SentinelSeat implements Seat {
  readonly mode = 'sentinel'
  readonly server = 'redis'
  readonly roleName = 'sentinel'
  readonly #port: SentinelPort

  constructor(port: SentinelPort) {
    this.#port = port
  }

  role(): Reply {
    return ['sentinel', [this.#port.view().name]]
  }

  holds(): boolean {
    return false
  }

  refuse(_: Visitor, commands: readonly (readonly Buffer[])[]): CommandError | undefined {
    const [name] = commands[0] ?? []
    const given = name?.toString() ?? ''
    if (SERVED.has(given.toUpperCase())) return undefined
    const rest = (commands[0] ?? []).slice(1).map(word => `'${word.toString()}' `)
    return new CommandError(`ERR unknown command '${given}', with args beginning with: ${rest.join('')}`)
  }

  answer(call: Question): Reply {
    const name = keywordAt(call, 1)
    const view = this.#port.view()
    if (name === 'MYID') return this.#port.id
    if (name === 'MASTERS') return [describePrimary(view)]
    if (name === 'GET-MASTER-ADDR-BY-NAME') return textAt(call, 2) === view.name ? toAddress(view.primary) : null
    const run = SUBCOMMANDS.get(name)
    if (run === undefined) throw new CommandError(`ERR unknown subcommand '${textAt(call, 1)}'. Try SENTINEL HELP.`)
    if (textAt(call, 2) !== view.name) throw new CommandError('ERR No such master with that name')
    return run(view, this.#port)
  }
}

const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map<string, Subcommand>([
  ['MASTER', describePrimary],
  ['REPLICAS', describeReplicas],
  ['SLAVES', describeReplicas],
  [
    'SENTINELS',
    view => view.others.map(({ endpoint, id }) => describe(endpoint, { name: id, runid: id, flags: 'sentinel' })),
  ],
  ['CKQUORUM', checkQuorum],
  ['FAILOVER', (_, port) => failover(port)],
  ['RESET', () => 1],
])

function failover(port: SentinelPort): Reply {
  port.failover()
  return OK
}

function checkQuorum({ others, quorum }: SentinelView): Reply {
  const usable = others.length + 1
  if (usable >= quorum) return `OK ${usable} usable Sentinels. Quorum and failover authorization can be reached`
  throw new CommandError(
    `NOQUORUM ${usable} usable Sentinels. Not enough available Sentinels to reach the specified quorum for this master`,
  )
}

function describePrimary({ name, primary, replicas, others, quorum, flags, epoch }: SentinelView): RespValue {
  return describe(primary, {
    name,
    flags,
    'role-reported': 'master',
    'config-epoch': epoch,
    'num-slaves': replicas.length,
    'num-other-sentinels': others.length,
    quorum,
  })
}

function describeReplicas({ replicas, primary }: SentinelView): Reply {
  return replicas.map(endpoint =>
    describe(endpoint, {
      name: `${endpoint.host}:${endpoint.port}`,
      flags: 'slave',
      'role-reported': 'slave',
      'master-link-status': 'ok',
      'master-host': primary.host,
      'master-port': primary.port,
    }),
  )
}

/** Facts are texts, in a map under RESP3 and in a flat list under RESP2. */
function describe({ host, port }: Endpoint, facts: Readonly<Record<string, string | number>>): RespValue {
  const { name = '', ...rest } = facts
  return new Map(
    Object.entries({ name, ip: host, port, ...rest }).map(([fact, value]): [RespValue, RespValue] => [
      fact,
      String(value),
    ]),
  )
}

function toAddress({ host, port }: Endpoint): RespValue {
  return [host, String(port)]
}
