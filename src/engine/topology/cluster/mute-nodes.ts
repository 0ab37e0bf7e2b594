import type { Clock } from '../../../base/clock.js'
import { HitlessError } from '../../../base/errors.js'
import { type TickerMember, tickerOf } from '../../link/monitors/shared-ticker.js'

/** How often it is looked for nodes that say nothing, in milliseconds. */
const WATCH_EVERY_MS = 250

/** The nodes of a cluster, as they are watched for those that say nothing. */
export interface WatchedNodes<N extends object> {
  /** Those that have owed answers for a while and said nothing. */
  listMute(): readonly N[]
  /** Asks another node whether a node is a master still. Rejects where none answers in time. */
  isStillMaster(node: N): Promise<boolean>
  /** Some are mute: others may own their slots already. */
  onMute(): void
  /** A node is no master any more: asks another one for the topology, and adopts it. */
  onLost(node: N): Promise<void>
}

/** A node that was mute. */
interface Doubt {
  /** Whether it is a master still, once somebody was asked. */
  counts: Promise<boolean> | undefined
}

/**
 * The nodes of one cluster that were mute. A master that hung may have a successor when it wakes, which it does not know yet. It
 * acknowledges what it finds in its sockets, and throws it away as soon as it is told. So its answers count once another node
 * has been asked about it.
 */
export class MuteNodes<N extends object> implements TickerMember {
  readonly everyMs: number = WATCH_EVERY_MS
  readonly #clock: Clock
  readonly #nodes: WatchedNodes<N>
  /** Those whose next answer raises the question, and the answer to it where it was asked. */
  readonly #doubted = new WeakMap<N, Doubt>()

  constructor(clock: Clock, nodes: WatchedNodes<N>) {
    this.#clock = clock
    this.#nodes = nodes
  }

  start(): void {
    tickerOf(this.#clock).join(this)
  }

  stop(): void {
    tickerOf(this.#clock).leave(this)
  }

  onTick(): void {
    const mute = this.#nodes.listMute()
    // What it answered before, and was asked about, is settled.
    for (const node of mute) this.#doubted.set(node, { counts: undefined })
    if (mute.length > 0) this.#nodes.onMute()
  }

  /**
   * A node has answered. `undefined` where there is no doubt about it. Otherwise another node is asked: where that tells of it as a
   * master, or none tells, the answer counts. Else the topology is adopted before the answer is refused.
   *
   * @throws what `lost` returns.
   */
  confirm(node: N, lost: () => Error): Promise<void> | undefined {
    const doubt = this.#doubted.get(node)
    return doubt && this.#confirm(node, doubt, lost)
  }

  async #confirm(node: N, doubt: Doubt, lost: () => Error): Promise<void> {
    doubt.counts ??= this.#nodes.isStillMaster(node).catch(() => true)
    if (await doubt.counts) {
      // It may be mute again by now: then there is another doubt.
      if (this.#doubted.get(node) === doubt) this.#doubted.delete(node)
      return
    }
    // Where nobody tells the topology, the answer does not count all the same.
    await this.#nodes.onLost(node).catch(() => {})
    throw lost()
  }
}

/** What a write fails with that was acknowledged by a node which was no master any more. */
export function fateUnknownOf(command: string): HitlessError {
  const message = `The node that answered ${command} had hung, and is a master no more: whether it was kept is not known`
  return new HitlessError('FATE_UNKNOWN', message, { facts: { command } })
}
