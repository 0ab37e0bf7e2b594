/** The most messages that are remembered; the oldest go first. */
const MOST = 4_096

/** Messages of one shard channel while two nodes deliver it: each comes once, and equal ones keep their number. */
export class ShardOverlap {
  /** Which node has delivered a message more often than the other, and how often. */
  readonly #ahead = new Map<string, { readonly node: unknown; readonly times: number }>()
  /** What one node delivered before the other was subscribed there for sure: that may deliver it as well, or not. */
  #early: ReadonlySet<string> = new Set()

  /** Both nodes deliver from now on. What one of them has delivered several times by now is not waited for: it is a repetition. */
  begin(): void {
    for (const [text, { times }] of this.#ahead) if (times > 1) this.#ahead.delete(text)
    this.#early = new Set(this.#ahead.keys())
  }

  /** Notes a message. Returns whether the other node has delivered it already. */
  isRepeated(node: unknown, message: Buffer): boolean {
    const text = message.toString('latin1')
    const { times, node: ahead } = this.#ahead.get(text) ?? { times: 0, node }
    const isRepeated = times > 0 && ahead !== node
    this.#ahead.delete(text)
    if (!isRepeated) this.#ahead.set(text, { node, times: this.#early.has(text) ? 1 : times + 1 })
    else if (times > 1) this.#ahead.set(text, { node: ahead, times: times - 1 })
    const [oldest] = this.#ahead.keys()
    if (this.#ahead.size > MOST && oldest !== undefined) this.#ahead.delete(oldest)
    return isRepeated
  }
}
