import type { Clock, Timer } from '../../base/clock.js'
import { HitlessError } from '../../base/errors.js'

/** Something that waits at the gate for a connection. */
export interface Waiting<C> {
  /** Its place: what was issued earlier goes first, whatever came back meanwhile. */
  readonly order: number
  /** Whether nothing else may be in flight while it is: it was in flight when a connection broke. */
  readonly apart?: boolean
  /** Whether the server may hold its answer back. */
  readonly blocks?: boolean
  /** Runs it on the connection that opened the gate; what it returns is settled when nothing more will come of it. */
  run(connection: C): unknown
  /** Ends the wait without a connection. */
  reject(error: unknown): void
}

/** How long something may wait, and what ends its wait. */
export interface Patience {
  /** In milliseconds; 0 and `undefined` mean no limit. */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Makes the errors that the host library would give in these cases. */
  readonly onTimeout: () => unknown
  readonly onAbort: () => unknown
}

type Entry<C> = Waiting<C> & { dispose(): void }

/** Where commands wait, in the order in which they were issued, while no connection may take them. */
export class Gate<C> {
  /** Made when something has to wait: most of the time nothing does. */
  #waiting: Set<Entry<C>> | undefined
  readonly #clock: Clock
  readonly #capacity: number
  readonly #onFull: (capacity: number) => Error
  /** The place of the one that came last, and whether all came in order. */
  #last = 0
  #isSorted = true

  /**
   * @param capacity - How many may wait; one more is refused.
   * @param onFull - Makes the error of what is refused. Default: `GATE_FULL`.
   */
  constructor(clock: Clock, capacity: number, onFull: (capacity: number) => Error = gateFull) {
    this.#clock = clock
    this.#capacity = capacity
    this.#onFull = onFull
  }

  /** How many wait. */
  get length(): number {
    return this.#waiting?.size ?? 0
  }

  /** Lets something wait. It is settled exactly once: run, timed out, called back, refused or rejected by `fail`. */
  enter(waiting: Waiting<C>, patience: Patience): void {
    const { signal, timeoutMs } = patience
    if (signal?.aborted === true) return waiting.reject(patience.onAbort())
    if (this.length >= this.#capacity) return waiting.reject(this.#onFull(this.#capacity))
    this.#waiting ??= new Set()
    const entries = this.#waiting
    const end = (error: unknown): void => {
      dispose()
      entries.delete(entry)
      waiting.reject(error)
    }
    const abort = (): void => end(patience.onAbort())
    const timer: Timer | undefined = timeoutMs
      ? this.#clock.after(timeoutMs, () => end(patience.onTimeout()))
      : undefined
    const dispose = (): void => {
      timer?.dispose()
      signal?.removeEventListener('abort', abort)
    }
    signal?.addEventListener('abort', abort, { once: true })
    const entry: Entry<C> = { ...waiting, dispose }
    this.#isSorted = entries.size === 0 || (this.#isSorted && waiting.order >= this.#last)
    this.#last = waiting.order
    entries.add(entry)
  }

  /** Lets everything through, in order. */
  open(connection: C): void {
    for (const entry of this.#inOrder()) if (this.#take(entry)) run(entry, connection)
  }

  /**
   * Takes out what must go ahead of the others: those that go apart, `mostApart` of them, or else, where one is asked for, the
   * first.
   */
  takeAhead(orFirst: boolean, mostApart: number = Number.POSITIVE_INFINITY): readonly Waiting<C>[] {
    const all = this.#inOrder()
    const apart = all.filter(entry => entry.apart === true)
    const ahead = apart.length > 0 || !orFirst ? apart.slice(0, mostApart) : all.slice(0, 1)
    return ahead.filter(entry => this.#take(entry))
  }

  /** Ends every wait with an error. */
  fail(error: unknown): void {
    for (const entry of this.#inOrder()) if (this.#take(entry)) entry.reject(error)
  }

  #take(entry: Entry<C>): boolean {
    entry.dispose()
    return this.#waiting?.delete(entry) ?? false
  }

  #inOrder(): readonly Entry<C>[] {
    if (this.#waiting === undefined) return []
    const all = [...this.#waiting]
    return this.#isSorted ? all : all.sort((one, other) => one.order - other.order)
  }
}

function gateFull(capacity: number): Error {
  const facts = { capacity }
  return new HitlessError('GATE_FULL', 'Too many commands wait for a connection', { retryable: true, facts })
}

/** Runs something that waited. What it throws concerns itself. */
export function run<C>(waiting: Waiting<C>, connection: C): unknown {
  try {
    return waiting.run(connection)
  } catch (error) {
    waiting.reject(error)
    return undefined
  }
}
