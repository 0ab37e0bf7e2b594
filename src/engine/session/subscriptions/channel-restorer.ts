import { elapsedBackoffMs } from '../../../base/backoff.js'
import type { Clock, Timer } from '../../../base/clock.js'
import type { ChannelKind } from '../../ports.js'
import type { Connection } from '../connection.js'
import { CHANNEL_KINDS } from './listeners.js'

/** The pauses between attempts: a quarter of the time that something was refused for, within bounds in milliseconds. */
const PAUSES = { firstMs: 250, part: 4, longestMs: 30_000 } as const

/** How many refused channels are tried at once: a server that refuses many is not to be kept busy with that. */
const BATCH = 100

/** Whose subscriptions are restored. */
export interface RestorerOwner {
  readonly context: { readonly clock: Clock }
  /** Whether somebody still listens. */
  isWanted(kind: ChannelKind, key: string): boolean
  onConfirmed(connection: Connection, kind: ChannelKind, keys: readonly string[]): void
  onRefused(connection: Connection, kind: ChannelKind, refusal: Refusal): void
  onRestored(connection: Connection, kind: ChannelKind, restored: Restored): void
}

/** What a server did not accept. */
export interface Refusal {
  readonly keys: readonly string[]
  /** Of the first of them. */
  readonly error: unknown
}

/** What a server has accepted in the end. */
export interface Restored {
  readonly keys: readonly string[]
  /** When the first of them was refused, in clock milliseconds. */
  readonly since: number
}

/** A channel or pattern that a server refused. */
interface Refused {
  readonly kind: ChannelKind
  readonly key: string
  readonly since: number
}

/** What became of some subscriptions. */
interface Outcome {
  readonly confirmed: readonly string[]
  readonly refused: readonly { readonly key: string; readonly error: unknown }[]
}

/** Subscribes one connection to what others were subscribed to. What is refused is tried again, and nothing waits for it. */
export class ChannelRestorer {
  readonly #connection: Connection
  readonly #owner: RestorerOwner
  readonly #refused = new Map<string, Refused>()
  #timer: Timer | undefined
  /** Since when nothing was accepted any more. */
  #failingSince = 0
  #isOver = false

  constructor(connection: Connection, owner: RestorerOwner) {
    this.#connection = connection
    this.#owner = owner
  }

  /** Resolves once every one was confirmed or refused; never rejects. */
  async restore(kind: ChannelKind, keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return
    const connection = this.#connection
    // Shard channels of several slots in one command are refused together, whatever the rights.
    if (kind !== 'SHARDED' && keys.length > 1) {
      const isConfirmed = await connection.physical.subscribe(kind, keys).then(
        () => true,
        () => false,
      )
      if (isConfirmed) return this.#owner.onConfirmed(connection, kind, keys)
      if (!connection.isReady) return
    }
    const { confirmed, refused } = await this.#subscribeEach(kind, keys)
    if (this.#isOver || !connection.isReady) return
    if (confirmed.length > 0) this.#owner.onConfirmed(connection, kind, confirmed)
    this.#note(kind, refused)
  }

  /** These need no further attempt: nobody listens any more, or somebody has subscribed. */
  forget(kind: ChannelKind, keys: readonly string[]): void {
    if (this.#refused.size > 0) for (const key of keys) this.#refused.delete(`${kind} ${key}`)
  }

  /** Tries nothing any more. */
  stop(): void {
    this.#isOver = true
    this.#timer?.dispose()
    this.#refused.clear()
  }

  async #subscribeEach(kind: ChannelKind, keys: readonly string[]): Promise<Outcome> {
    const { physical } = this.#connection
    const confirmed: string[] = []
    const refused: { readonly key: string; readonly error: unknown }[] = []
    const each = keys.map(key =>
      physical.subscribe(kind, [key]).then(
        () => confirmed.push(key),
        error => refused.push({ key, error }),
      ),
    )
    await Promise.all(each)
    return { confirmed, refused }
  }

  #note(kind: ChannelKind, refused: Outcome['refused']): void {
    const owner = this.#owner
    const news = refused.filter(({ key }) => owner.isWanted(kind, key) && !this.#refused.has(`${kind} ${key}`))
    const [first] = news
    if (first === undefined) return
    const since = owner.context.clock.now()
    if (this.#refused.size === 0) this.#failingSince = since
    for (const { key } of news) this.#refused.set(`${kind} ${key}`, { kind, key, since })
    const keys = news.map(({ key }) => key)
    owner.onRefused(this.#connection, kind, { keys, error: first.error })
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isOver || this.#refused.size === 0) return
    const { clock } = this.#owner.context
    this.#timer?.dispose()
    const afterMs = elapsedBackoffMs(PAUSES, clock.now() - this.#failingSince)
    this.#timer = clock.after(afterMs, () => void this.#tryAgain())
  }

  async #tryAgain(): Promise<void> {
    const connection = this.#connection
    // In a MULTI that the application has open it would become a part of that.
    if (connection.isReady && !connection.isReserved) {
      const batch = [...this.#refused.values()].slice(0, BATCH)
      const restored = await Promise.all(CHANNEL_KINDS.map(kind => this.#tryBatch(kind, batch)))
      if (restored.includes(true)) this.#failingSince = this.#owner.context.clock.now()
    }
    if (connection.isReady) this.#schedule()
  }

  /** Returns whether any was accepted. */
  async #tryBatch(kind: ChannelKind, batch: readonly Refused[]): Promise<boolean> {
    const keys = batch.flatMap(each => (each.kind === kind ? each.key : []))
    const { confirmed } = await this.#subscribeEach(kind, keys)
    for (const key of keys) this.#putLast(`${kind} ${key}`)
    const known = confirmed.flatMap(key => this.#refused.get(`${kind} ${key}`) ?? [])
    const [first] = known
    // What a broken connection has not sent counts as done: the next connection restores it.
    if (this.#isOver || !this.#connection.isReady || first === undefined) return false
    this.forget(kind, confirmed)
    this.#owner.onConfirmed(this.#connection, kind, confirmed)
    const since = Math.min(...known.map(each => each.since))
    this.#owner.onRestored(this.#connection, kind, { keys: confirmed, since })
    return true
  }

  /** The others have their turn first. */
  #putLast(id: string): void {
    const refused = this.#refused.get(id)
    if (refused === undefined) return
    this.#refused.delete(id)
    this.#refused.set(id, refused)
  }
}
