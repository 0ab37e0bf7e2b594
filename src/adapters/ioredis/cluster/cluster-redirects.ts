import type { Clock } from '../../../base/clock.js'
import { placeOf, toEndpoint } from '../../../base/endpoint.js'
import { isReadCommand } from '../../../core/commands/read-commands.js'
import { WATCH_LEFT } from '../../../engine/session/connection-session.js'
import { isHalfMoved } from '../../../engine/topology/cluster/half-moved.js'
import { fateUnknownOf } from '../../../engine/topology/cluster/mute-nodes.js'
import { SettlingSlots } from '../../../engine/topology/cluster/settling-slots.js'
import type { SlotMoves } from '../../../engine/topology/cluster/slot-moves.js'
import { isUnsent } from '../../../engine/topology/cluster/unsent.js'
import { wordsOf } from '../commands/carried-command.js'
import { CLOSED } from '../ioredis-connection.js'
import { IOREDIS_ERRORS } from '../ioredis-host.js'
import type { HostCommand, HostCommandClass, HostRedis } from '../ioredis-module.js'
import type { HostCluster, HostRedirectHandlers, RedirectsLeft } from './ioredis-cluster-seams.js'
import type { PoolTopology } from './pool-topology.js'

/** What redirects of one cluster lead to. */
export interface RedirectParts {
  readonly clock: Clock
  readonly cluster: HostCluster
  readonly Command: HostCommandClass
  readonly topology: PoolTopology
  readonly moves: SlotMoves
}

/** What a node answers that another one, or the same one later, answers otherwise. */
const REFUSED = /^(?:MOVED|ASK|TRYAGAIN|CLUSTERDOWN) /

const MOVED = /^MOVED (\d{1,5}) (\S+)/

/** For how long the keys of a command may be at two nodes, for each of the host's redirects, in milliseconds. */
const HALF_MOVED_MS = 500

/** Has redirects change the owner of one slot, with one look behind them, and leads items and transactions of pipelines on. */
export class ClusterRedirects {
  readonly #parts: RedirectParts
  readonly #settling: SettlingSlots
  /** Items of pipelines that the host treats as any other command: it bounds how often they are sent again. */
  readonly #single = new WeakSet<HostCommand>()
  /** How often transactions may still be redirected, by their first command. */
  readonly #left = new WeakMap<HostCommand, RedirectsLeft>()
  /** Since when keys were at two nodes. */
  readonly #halfMovedAt = new WeakMap<RedirectsLeft, number>()
  #isFollowing = false

  constructor(parts: RedirectParts) {
    this.#parts = parts
    this.#settling = new SettlingSlots(parts.clock)
  }

  /** Whether the host wants to look because of a redirect, for which a look is planned. */
  get isFollowing(): boolean {
    return this.#isFollowing
  }

  /** What the host does about answers, with what is done before. */
  around(handlers: HostRedirectHandlers): HostRedirectHandlers {
    const moved: HostRedirectHandlers['moved'] = (slot, key) => {
      const known = this.#parts.topology.poolKeyOf(key)
      const afterMs = this.#note(Number(slot), known)
      const follow = (): void => {
        this.#isFollowing = true
        handlers.moved(slot, known)
        this.#isFollowing = false
      }
      if (afterMs === 0) follow()
      else this.#parts.clock.after(afterMs, follow)
    }
    return { ...handlers, moved }
  }

  /** A node has refused what the host counts in `left`. While a slot moves its keys are at two nodes: for a while that does not count. */
  forgive(error: Error, left: RedirectsLeft): void {
    if (!isHalfMoved(error)) return
    const { clock, cluster } = this.#parts
    const { maxRedirections = 0 } = cluster.options
    const since = this.#halfMovedAt.get(left) ?? clock.now()
    this.#halfMovedAt.set(left, since)
    if (clock.now() - since < HALF_MOVED_MS * maxRedirections) delete left.value
  }

  /** A command has failed. The host sends pipelines again whole, and only where everything failed alike. */
  refuse({ options }: HostRedis, command: HostCommand, error: Error): void {
    if (options.readOnly === true && isUnsent(error)) return this.#readAtMaster(command)
    const isItem = command.pipelineIndex !== undefined && !command.inTransaction && !this.#single.has(command)
    if (isItem && mayGoAgain([command], error)) return this.#afterFailover(command, error)
    if (!isItem || !REFUSED.test(error.message)) return command.reject(error)
    this.follow(error)
    this.#single.add(command)
    this.#parts.cluster.sendCommand(command)
  }

  /** A replica has gone. The host would look first, be told of it again, and choose it again. */
  #readAtMaster(command: HostCommand): void {
    const { cluster, topology } = this.#parts
    topology.open(cluster.slots[slotIn([command])]?.[0] ?? '').sendCommand(command)
  }

  /** The node of an item has left, which was never written, or only reads. As the host does with single commands, it is sent once the cluster has looked. */
  #afterFailover(command: HostCommand, error: Error): void {
    const { cluster } = this.#parts
    const fail = (): void => command.reject(error)
    const send = (): void => void cluster.sendCommand(command)
    this.#single.add(command)
    cluster.handleError(error, {}, { moved: send, connectionClosed: send, maxRedirections: fail, defaults: fail })
  }

  /** A transaction that was not executed is sent again as a whole, whatever else is in its pipeline, as often as the host allows. */
  passOn(commands: readonly HostCommand[], error: unknown, wasWatching: boolean): boolean {
    const [first] = commands
    if (first === undefined || !(error instanceof Error)) return false
    if (!mayGoAgain(commands.slice(1, -1), error) && !REFUSED.test(error.message)) return false
    const left = this.#left.get(first) ?? {}
    this.#left.set(first, left)
    const fail = (final: Error): void => {
      for (const command of commands) command.reject(final)
    }
    // Elsewhere nothing is watched.
    if (wasWatching) fail(IOREDIS_ERRORS.watch(WATCH_LEFT))
    else this.#sendAgain(commands, error, { left, fail })
    return true
  }

  #sendAgain(
    commands: readonly HostCommand[],
    error: Error,
    { left, fail }: { readonly left: RedirectsLeft; readonly fail: (error: Error) => void },
  ): void {
    const send = (): void => this.#sendTransaction(commands)
    this.#parts.cluster.handleError(error, left, {
      moved: send,
      ask: (_: unknown, key: string) => this.#sendTransaction(commands, key),
      tryagain: send,
      connectionClosed: send,
      maxRedirections: fail,
      defaults: () => fail(error),
    })
  }

  #sendTransaction(commands: readonly HostCommand[], asked?: string): void {
    const { cluster, topology, Command } = this.#parts
    const redis = topology.open(asked ?? cluster.slots[slotIn(commands)]?.[0] ?? '')
    const stream = { isPipeline: true, destination: { redis } }
    // It counts for the whole transaction.
    const asking = asked === undefined ? [] : [new Command('asking')]
    for (const { promise } of asking) promise.catch(() => {})
    for (const command of [...asking, ...commands]) redis.sendCommand(command, stream)
  }

  /** With what commands fail that were answered by a node which has lost its slots. The host leads reads to the next owner by it. */
  lost(commands: readonly HostCommand[]): Error {
    const write = commands.find(command => !isReadCommand(wordsOf(command)))
    if (write !== undefined) return fateUnknownOf(write.inTransaction ? 'MULTI' : write.name)
    const slot = slotIn(commands)
    return new Error(`MOVED ${slot} ${this.#parts.cluster.slots[slot]?.[0]}`)
  }

  /**
   * A node has refused something. Where it names another owner of the slot than the node that was asked, that counts from then on.
   * Returns whether it is to be asked at once.
   */
  follow(error: unknown, asked?: string): boolean {
    const { topology } = this.#parts
    const [, slot, key] = (error instanceof Error && MOVED.exec(error.message)) || []
    if (slot === undefined || key === undefined || topology.poolKeyOf(key) === asked) return false
    const pauseMs = this.#note(Number(slot), topology.poolKeyOf(key))
    topology.open(key)
    return pauseMs === 0
  }

  /** Changes the table where it says otherwise. Returns how long to wait before the node is asked, in milliseconds. */
  #note(slot: number, key: string): number {
    const { cluster, topology, moves } = this.#parts
    const target = toEndpoint(key)
    if (target === undefined || cluster.slots[slot]?.[0] === key) return 0
    const { pauseMs } = this.#settling.note(slot)
    topology.own(key, [slot])
    moves.redirected(slot, placeOf(target))
    return pauseMs
  }
}

/** Whether commands whose connection has ended were never written, or only read: they are sent again without harm. */
function mayGoAgain(commands: readonly HostCommand[], error: Error): boolean {
  return isUnsent(error) || (error.message === CLOSED && commands.every(command => isReadCommand(wordsOf(command))))
}

/** The slot of commands that belong together. What has no key any node may answer. */
function slotIn(commands: readonly HostCommand[]): number {
  return commands.map(command => command.getSlot()).find(slot => slot !== null) ?? 0
}
