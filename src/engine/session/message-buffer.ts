import { isDeepStrictEqual } from 'node:util'
import type { Delivery } from '../ports.js'

/** How many messages a buffer keeps for the comparison at a hand-off. Older ones are dropped. */
const CAPACITY = 10_000

/** Who gets the messages. */
export interface MessageReceiver {
  deliver(delivery: Delivery): void
}

/**
 * The messages of one connection. Two connections are subscribed at once while a hand-off is prepared. The buffer of
 * the new one keeps its messages until the old one has delivered everything, and then drops those that were delivered
 * already.
 *
 * `waiting` keeps messages, `live` delivers them, `recording` delivers and remembers them, `merging` keeps them for the
 * last round trip of a hand-off, `over` drops them.
 */
export class MessageBuffer {
  readonly #receiver: MessageReceiver
  #mode: 'waiting' | 'live' | 'recording' | 'merging' | 'over' = 'waiting'
  /** The messages that are kept, or, while recording, those delivered since it began. */
  #kept: Delivery[] = []
  /** The mode after the merge: another hand-off may have begun to record during it. */
  #afterMerge: 'live' | 'recording' = 'live'
  /** While merging: what the connection before delivered since the recording began. */
  #heard: readonly Delivery[] = []

  constructor(receiver: MessageReceiver) {
    this.#receiver = receiver
  }

  /** Whether it has not taken over yet. */
  get isWaiting(): boolean {
    return this.#mode === 'waiting'
  }

  /** Remembers what is delivered from now on, for the comparison. */
  record(): void {
    if (this.#mode === 'merging') this.#afterMerge = 'recording'
    if (this.#mode !== 'live') return
    this.#mode = 'recording'
    this.#kept = []
  }

  /** Forgets the record: the hand-off did not happen. */
  stopRecording(): void {
    this.#afterMerge = 'live'
    if (this.#mode !== 'recording') return
    this.#mode = 'live'
    this.#kept = []
  }

  /**
   * Takes over from the buffer of the connection that served before, if there was one.
   *
   * @param caughtUp - Resolves once this connection has delivered everything that was published before now.
   */
  takeOver(previous: MessageBuffer | undefined, caughtUp: () => Promise<unknown>): void {
    this.#heard = previous?.finish() ?? []
    this.#mode = 'merging'
    if (this.#heard.length === 0) return this.#merge()
    const merge = (): void => this.#merge()
    caughtUp().then(merge, merge)
  }

  /** Delivers nothing any more, and returns the record. */
  finish(): readonly Delivery[] {
    this.#merge()
    const heard = this.#mode === 'recording' ? this.#kept : []
    this.#mode = 'over'
    this.#kept = []
    return heard
  }

  #merge(): void {
    if (this.#mode !== 'merging') return
    const news = withoutHeard(this.#kept, this.#heard)
    this.#mode = this.#afterMerge
    this.#kept = this.#mode === 'recording' ? [...news] : []
    this.#heard = []
    for (const delivery of news) this.#receiver.deliver(delivery)
  }

  /** A message has arrived on its connection. */
  take(delivery: Delivery): void {
    const mode = this.#mode
    if (mode === 'waiting' || mode === 'merging' || mode === 'recording') this.#keep(delivery)
    if (mode === 'live' || mode === 'recording') this.#receiver.deliver(delivery)
  }

  #keep(delivery: Delivery): void {
    this.#kept.push(delivery)
    if (this.#kept.length > CAPACITY) this.#kept.shift()
  }
}

/**
 * The messages of `kept` that are not in `heard`. For each channel, the longest end of `heard` that is a beginning of
 * `kept` is dropped. That is exact unless one channel repeats equal messages across the hand-off.
 */
export function withoutHeard(kept: readonly Delivery[], heard: readonly Delivery[]): readonly Delivery[] {
  if (heard.length === 0 || kept.length === 0) return kept
  const dropped = new Map<string, number>()
  const ends = groupBySource(heard)
  for (const [source, beginning] of groupBySource(kept)) dropped.set(source, overlap(ends.get(source) ?? [], beginning))
  return kept.filter(delivery => {
    const source = sourceOf(delivery)
    const left = dropped.get(source) ?? 0
    dropped.set(source, left - 1)
    return left <= 0
  })
}

function groupBySource(deliveries: readonly Delivery[]): Map<string, Delivery[]> {
  const groups = new Map<string, Delivery[]>()
  for (const delivery of deliveries) {
    const source = sourceOf(delivery)
    const group = groups.get(source)
    if (group === undefined) groups.set(source, [delivery])
    else group.push(delivery)
  }
  return groups
}

function overlap(end: readonly Delivery[], beginning: readonly Delivery[]): number {
  for (let length = Math.min(end.length, beginning.length); length > 0; length--) {
    const from = end.length - length
    if (beginning.every((delivery, at) => at >= length || sameMessage(delivery, end[from + at]))) return length
  }
  return 0
}

function sourceOf({ kind, key }: Delivery): string {
  return `${kind} ${key}`
}

function sameMessage(a: Delivery, b: Delivery | undefined): boolean {
  return b !== undefined && a.channel.equals(b.channel) && sameBody(a.message, b.message)
}

function sameBody(a: Delivery['message'], b: Delivery['message']): boolean {
  if (Buffer.isBuffer(a)) return Buffer.isBuffer(b) && a.equals(b)
  return isDeepStrictEqual(a, b)
}
