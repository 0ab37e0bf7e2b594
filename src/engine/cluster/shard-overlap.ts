/** Messages of one shard channel while two nodes deliver it: each comes once, and equal ones keep their number. */
export class ShardOverlap {
  /** Which node has delivered a message more often than the other, and how often. */
  readonly #ahead = new Map<string, { readonly node: string; readonly times: number }>()

  /** Notes a message. Returns whether the other node has delivered it already. */
  isRepeated(node: string, message: Buffer): boolean {
    const text = message.toString('latin1')
    const { times, node: ahead } = this.#ahead.get(text) ?? { times: 0, node }
    const isRepeated = times > 0 && ahead !== node
    if (isRepeated && times === 1) this.#ahead.delete(text)
    else this.#ahead.set(text, isRepeated ? { node: ahead, times: times - 1 } : { node, times: times + 1 })
    return isRepeated
  }
}
