import type { Clock } from '../../../base/clock.js'
import { placeOf, toEndpoint } from '../../../base/endpoint.js'
import { type Expiring, ExpiringMap } from '../../../base/expiring-map.js'
import type { SlotMoves } from '../../../engine/cluster/slot-moves.js'
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

/** Two nodes that send a slot to each other are asked less and less often; in milliseconds. */
const SETTLING = { rememberedMs: 2_000, pauseMs: 50, mostPauses: 4 } as const

/** What a node answers that another one, or the same one later, answers otherwise. */
const REFUSED = /^(?:MOVED|ASK|TRYAGAIN|CLUSTERDOWN) /

const MOVED = /^MOVED (\d{1,5}) (\S+)/

/** Has redirects change the owner of one slot, with one look behind them, and leads single items of pipelines on. */
export class ClusterRedirects {
  readonly #parts: RedirectParts
  readonly #changed = new ExpiringMap<number, Expiring & { readonly times: number }>(1_024)
  /** Items of pipelines that the host treats as any other command: it bounds how often they are sent again. */
  readonly #single = new WeakSet<HostCommand>()
  #isFollowing = false

  constructor(parts: RedirectParts) {
    this.#parts = parts
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

  /** A node has refused a command. The host sends pipelines again whole, and only where all was refused alike. */
  refuse(command: HostCommand, error: Error): void {
    const isItem = command.pipelineIndex !== undefined && !command.inTransaction && !this.#single.has(command)
    if (!isItem || !REFUSED.test(error.message)) return command.reject(error)
    const [, slot, key] = MOVED.exec(error.message) ?? []
    if (slot !== undefined && key !== undefined) {
      this.#note(Number(slot), key)
      this.#parts.topology.open(key)
    }
    this.#single.add(command)
    this.#parts.cluster.sendCommand(command)
  }

  /** Changes the table where it says otherwise. Returns how long to wait before the node is asked, in milliseconds. */
  #note(slot: number, key: string): number {
    const { clock, cluster, topology, moves } = this.#parts
    const target = toEndpoint(key)
    if (target === undefined || cluster.slots[slot]?.[0] === key) return 0
    const now = clock.now()
    const times = this.#changed.get(slot, now)?.times ?? 0
    this.#changed.set(slot, { times: times + 1, expiresAt: now + SETTLING.rememberedMs }, now)
    topology.own(key, [slot])
    moves.redirected(slot, placeOf(target))
    return times > 1 ? SETTLING.pauseMs * Math.min(times, SETTLING.mostPauses) : 0
  }
}
