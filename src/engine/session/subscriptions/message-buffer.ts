import type { ChannelKind, Delivery } from '../../ports.js'
import { HeardRecord, sourceOf } from './heard-record.js'

/** How many messages a buffer keeps back at least; those before them are taken for heard. */
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
 * `waiting` keeps messages back, `merging` still does for the last round trip of a hand-off, `live` delivers them, `over`
 * drops them.
 */
export class MessageBuffer {
  readonly #receiver: MessageReceiver
  #before: MessageBuffer | undefined
  /** What the connection before delivers while this one waits. It outlives that connection. */
  #heard: HeardRecord | undefined
  /** What this one delivers while the next one waits. */
  #record: HeardRecord | undefined
  #mode: 'waiting' | 'merging' | 'live' | 'over' = 'waiting'
  /** Made with the first message that is kept back. */
  #kept: Delivery[] | undefined
  /** How many messages of each source are no longer kept. */
  #evicted: Map<string, number> | undefined

  /** @param before - The buffer of the connection that serves, if one does. */
  constructor(receiver: MessageReceiver, before?: MessageBuffer) {
    this.#receiver = receiver
    this.#before = before
    this.#heard = before?.startRecord()
  }

  /** Whether it has not taken over yet. */
  get isWaiting(): boolean {
    return this.#mode === 'waiting'
  }

  /** What the connection before delivered, while this one waits. */
  get heard(): HeardRecord | undefined {
    return this.#heard
  }

  /** Remembers what is delivered from now on, for the one that waits. */
  startRecord(): HeardRecord {
    this.#record = new HeardRecord()
    return this.#record
  }

  /** Forgets a record: the hand-off did not happen. */
  stopRecord(record: HeardRecord | undefined): void {
    if (this.#record === record) this.#record = undefined
  }

  /** A message has arrived on its connection. */
  take(delivery: Delivery): void {
    if (this.#mode === 'live') this.#pass(delivery)
    else if (this.#mode !== 'over') this.#keep(delivery)
  }

  /** Nobody listens to some channels any more: what is kept of them is not for those who may listen later. */
  drop(kind: ChannelKind, keys: readonly string[]): void {
    if (this.#mode !== 'waiting') return
    this.#heard?.drop(kind, keys)
    this.#kept = this.#kept?.filter(delivery => delivery.kind !== kind || !keys.includes(delivery.key))
  }

  /**
   * Takes over from the connection that served before, which delivers nothing any more.
   *
   * @param caughtUp - Resolves once this connection has delivered everything that was published before now.
   */
  takeOver(caughtUp: () => Promise<unknown>): void {
    this.#before?.finish()
    this.#before = undefined
    this.#mode = 'merging'
    if (this.#heard === undefined || this.#heard.isEmpty) return this.#merge()
    const merge = (): void => this.#merge()
    caughtUp().then(merge, merge)
  }

  /** Delivers nothing any more. What it delivered is still known to the one that waits, if one does. */
  finish(): void {
    if (this.#mode === 'merging') this.#merge()
    if (this.#mode === 'waiting') this.#before?.stopRecord(this.#heard)
    this.#mode = 'over'
    this.#before = undefined
    this.#heard = undefined
    this.#record = undefined
    this.#kept = undefined
  }

  #merge(): void {
    if (this.#mode !== 'merging') return
    const kept = this.#kept ?? []
    const news = this.#heard === undefined ? kept : this.#heard.newsIn(kept, this.#evicted)
    this.#mode = 'live'
    this.#kept = undefined
    this.#evicted = undefined
    this.#heard = undefined
    for (const delivery of news) this.#pass(delivery)
  }

  #pass(delivery: Delivery): void {
    this.#record?.note(delivery)
    this.#receiver.deliver(delivery)
  }

  #keep(delivery: Delivery): void {
    this.#kept ??= []
    this.#kept.push(delivery)
    if (this.#kept.length < 2 * CAPACITY) return
    this.#evicted ??= new Map()
    for (const gone of this.#kept.splice(0, CAPACITY)) {
      const source = sourceOf(gone)
      this.#evicted.set(source, (this.#evicted.get(source) ?? 0) + 1)
    }
  }
}
