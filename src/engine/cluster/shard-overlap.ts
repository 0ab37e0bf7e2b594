/** The most messages that are remembered; the oldest go first. */
const MOST = 4_096

/** Messages of one shard channel while two nodes deliver it: each comes once, and equal ones keep their number. */
export class ShardOverlap {
  /** Which node has delivered a message more often than the other, and how often. */
  readonly #ahead = new Map<string, { readonly node: string; readonly times: number }>()

  /** Notes a message. Returns whether the other node has delivered it already. */
  isRepeated(node: string, message: Buffer): boolean {
    const text = message.toString('latin1')
    const { times, node: ahead } = this.#ahead.get(text) ?? { times: 0, node }
    const isRepeated = times > 0 && ahead !== node
    this.#ahead.delete(text)
    if (!isRepeated) this.#ahead.set(text, { node, times: times + 1 })
    else if (times > 1) this.#ahead.set(text, { node: ahead, times: times - 1 })
    const [oldest] = this.#ahead.keys()
    if (this.#ahead.size > MOST && oldest !== undefined) this.#ahead.delete(oldest)
    return isRepeated
  }
}
