import { isDeepStrictEqual } from 'node:util'
import type { ChannelKind, Delivery } from '../../ports.js'

/** How many messages a record keeps at least; older ones are only counted. */
const CAPACITY = 10_000

/** How many it keeps while the next connection is dialled: they show which channels repeat themselves. */
const CAPACITY_BEFORE = 100

/** How many of one channel: those that are there, from oldest to newest, and how many the next connection has heard of them. */
interface Heard {
  readonly end: readonly Delivery[]
  readonly atLeast: number
  readonly atMost: number
}

/**
 * What one connection delivers while the next one, which hears the same, keeps its messages back.
 *
 * ```
 * old   ── a ──┬─── b ── c ───┬── d ──┤fence          heard: b c d, of which d for sure
 *              │ SUBSCRIBE    │ PING answered         kept:    c d e   ─▶   news: e
 * new          └──────● c ────── d ────── e ──┤fence
 * ```
 *
 * What the old one delivers behind a `PING` that was sent once the new one was subscribed was heard by both; what it delivered
 * before the new one was told to subscribe was not. So many are dropped at least, and at most. In between, where a message was
 * published about when the new one began to listen, the messages themselves decide, as both hear them in one order. On a
 * channel that repeats itself they cannot: there as few are dropped as may be. Equal messages may come twice, but none is lost.
 */
export class HeardRecord {
  #deliveries: Delivery[] = []
  /** How many of these came before the next connection was told to subscribe. */
  #before = 0
  #isSubscribing = false
  #isCut = false
  /** How many of each source were delivered since both connections were subscribed to it for sure. */
  readonly #sure = new Map<string, number>()

  /** Whether nothing was delivered that the next connection may have heard. */
  get isEmpty(): boolean {
    return this.#deliveries.length === this.#before && !this.#isCut
  }

  /** The next connection is about to be told to subscribe. */
  begin(): void {
    this.#isSubscribing = true
    this.#before = this.#deliveries.length
  }

  /** A message was delivered. */
  note(delivery: Delivery): void {
    this.#deliveries.push(delivery)
    if (!this.#isSubscribing) this.#before += 1
    const source = sourceOf(delivery)
    const count = this.#sure.get(source)
    if (count !== undefined) this.#sure.set(source, count + 1)
    const capacity = this.#isSubscribing ? CAPACITY : CAPACITY_BEFORE
    if (this.#deliveries.length >= 2 * capacity) this.#cut(capacity)
  }

  /** What is delivered from now on is heard by both connections. */
  countFrom(kind: ChannelKind, keys: readonly string[]): void {
    for (const key of keys) {
      const source = sourceOf({ kind, key })
      if (!this.#sure.has(source)) this.#sure.set(source, 0)
    }
  }

  /** Forgets some channels: nobody listens to them any more. */
  drop(kind: ChannelKind, keys: readonly string[]): void {
    const isLeft = (each: Delivery): boolean => each.kind !== kind || !keys.includes(each.key)
    this.#before = this.#deliveries.slice(0, this.#before).filter(isLeft).length
    this.#deliveries = this.#deliveries.filter(isLeft)
    for (const key of keys) this.#sure.delete(sourceOf({ kind, key }))
  }

  /**
   * What of the messages that were kept back was not heard.
   *
   * @param evicted - How many of each source, before those, are no longer there.
   */
  newsIn(kept: readonly Delivery[], evicted?: ReadonlyMap<string, number>): readonly Delivery[] {
    const ends = groupBySource(this.#deliveries)
    const possible = groupBySource(this.#deliveries.slice(this.#before))
    const left = new Map<string, number>()
    for (const [source, beginning] of groupBySource(kept)) {
      const gone = evicted?.get(source) ?? 0
      const atLeast = Math.max((this.#sure.get(source) ?? 0) - gone, 0)
      const atMost = this.#isCut ? beginning.length : (possible.get(source)?.length ?? 0) - gone
      left.set(source, countHeard(beginning, { end: ends.get(source) ?? [], atLeast, atMost }))
    }
    return kept.filter(delivery => {
      const source = sourceOf(delivery)
      const count = left.get(source) ?? 0
      left.set(source, count - 1)
      return count <= 0
    })
  }

  #cut(capacity: number): void {
    const gone = this.#deliveries.length - capacity
    this.#deliveries.splice(0, gone)
    if (gone > this.#before) this.#isCut = true
    this.#before = Math.max(this.#before - gone, 0)
  }
}

/** Where a message came from, as one word. */
export function sourceOf({ kind, key }: Pick<Delivery, 'kind' | 'key'>): string {
  return `${kind} ${key}`
}

/** How many of the first messages of `beginning` were heard, as the last ones of those that were. */
function countHeard(beginning: readonly Delivery[], { end, atLeast, atMost }: Heard): number {
  const most = Math.min(atMost, beginning.length)
  const found: number[] = []
  for (let count = atLeast; count <= most && found.length <= 2; count++) {
    if (agree(end, beginning, count)) found.push(count)
  }
  const [fewest, more] = found
  if (fewest !== undefined) {
    const isClear = more !== undefined && found.length === 2 && !repeats(beginning.slice(fewest, more), beginning, end)
    return isClear ? more : fewest
  }
  // The two did not hear the same in the same order: what is not known to have been heard is delivered.
  for (let count = Math.min(atLeast - 1, most); count > 0; count--) if (agree(end, beginning, count)) return count
  return 0
}

/** Whether a channel says some things more than once; a few of them are enough to know. */
function repeats(some: readonly Delivery[], ...heard: readonly (readonly Delivery[])[]): boolean {
  return some.slice(0, 8).some(each => heard.some(all => all.filter(other => isSame(each, other)).length > 1))
}

/** Whether the first so many of `beginning` are the last ones of `end`, as far as `end` is still known. */
function agree(end: readonly Delivery[], beginning: readonly Delivery[], count: number): boolean {
  for (let at = Math.max(count - end.length, 0); at < count; at++) {
    if (!isSame(beginning[at], end[end.length - count + at])) return false
  }
  return true
}

function isSame(a: Delivery | undefined, b: Delivery | undefined): boolean {
  return a !== undefined && b !== undefined && a.channel.equals(b.channel) && isSameBody(a.message, b.message)
}

function isSameBody(a: Delivery['message'], b: Delivery['message']): boolean {
  if (Buffer.isBuffer(a)) return Buffer.isBuffer(b) && a.equals(b)
  return isDeepStrictEqual(a, b)
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
