import type { Clock } from '../../../base/clock.js'
import { placeOf, toEndpoint } from '../../../base/endpoint.js'
import { isReadCommand } from '../../../core/commands/read-commands.js'
import { fateUnknownOf } from '../../../engine/cluster/mute-nodes.js'
import { SettlingSlots } from '../../../engine/cluster/settling-slots.js'
import type { SlotMoves } from '../../../engine/cluster/slot-moves.js'
import { isUnsent } from '../../../engine/cluster/unsent.js'
import { wordsOf } from '../carried-command.js'
import type { HostCommand } from '../ioredis-module.js'
import type { HostCluster, HostRedirectHandlers } from './ioredis-cluster-seams.js'
import type { PoolTopology } from './pool-topology.js'

/** What redirects of one cluster lead to. */
export interface RedirectParts {
  readonly clock: Clock
  readonly cluster: HostCluster
  readonly topology: PoolTopology
  readonly moves: SlotMoves
}

/** What a node answers that another one, or the same one later, answers otherwise. */
const REFUSED = /^(?:MOVED|ASK|TRYAGAIN|CLUSTERDOWN) /

const MOVED = /^MOVED (\d{1,5}) (\S+)/

/** Has redirects change the owner of one slot, with one look behind them, and leads single items of pipelines on. */
export class ClusterRedirects {
  readonly #parts: RedirectParts
  readonly #settling: SettlingSlots
  /** Items of pipelines that the host treats as any other command: it bounds how often they are sent again. */
  readonly #single = new WeakSet<HostCommand>()
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
      const afterMs = this.#note(Number(slot), key)
      const follow = (): void => {
        this.#isFollowing = true
        handlers.moved(slot, key)
        this.#isFollowing = false
      }
      if (afterMs === 0) follow()
      else this.#parts.clock.after(afterMs, follow)
    }
    return { ...handlers, moved }
  }

  /** A command has failed. The host sends pipelines again whole, and only where everything failed alike. */
  refuse(command: HostCommand, error: Error): void {
    const isItem = command.pipelineIndex !== undefined && !command.inTransaction && !this.#single.has(command)
    if (isItem && isUnsent(error)) return this.#afterFailover(command, error)
    if (!isItem || !REFUSED.test(error.message)) return command.reject(error)
    const [, slot, key] = MOVED.exec(error.message) ?? []
    if (slot !== undefined && key !== undefined) {
      this.#note(Number(slot), key)
      this.#parts.topology.open(key)
    }
    this.#single.add(command)
    this.#parts.cluster.sendCommand(command)
  }

  /** An item was never written, as its node has left. As the host does with single commands, it is sent once the cluster has looked. */
  #afterFailover(command: HostCommand, error: Error): void {
    const { cluster } = this.#parts
    const fail = (): void => command.reject(error)
    const send = (): void => void cluster.sendCommand(command)
    this.#single.add(command)
    cluster.handleError(error, {}, { moved: send, connectionClosed: send, maxRedirections: fail, defaults: fail })
  }

  /** With what commands fail that were answered by a node which has lost its slots. The host leads reads to the next owner by it. */
  lost(commands: readonly HostCommand[]): Error {
    const write = commands.find(command => !isReadCommand(wordsOf(command)))
    if (write !== undefined) return fateUnknownOf(write.inTransaction ? 'MULTI' : write.name)
    // What has no key any node may answer.
    const slot = commands.map(command => command.getSlot()).find(known => known !== null) ?? 0
    return new Error(`MOVED ${slot} ${this.#parts.cluster.slots[slot]?.[0]}`)
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
