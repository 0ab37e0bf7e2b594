import type { Clock, Timer } from '../../../base/clock.js'
import { HitlessError } from '../../../base/errors.js'

/** Is told that nothing more will come of something, and whether it was served. */
export type OnEnd = (isServed: boolean) => void

/** Something that waits at the gate for a connection. */
export interface Waiting<C> {
  /** Its place: what was issued earlier goes first, whatever came back meanwhile. */
  readonly order: number
  /** Whether nothing else may be in flight while it is: it was in flight when a connection broke. */
  readonly apart?: boolean
  /** Whether the server may hold its answer back. */
  readonly blocks?: boolean
  /**
   * Runs it on the connection that opened the gate.
   *
   * @param onEnd - Called when nothing more will come of it, with whether it was served.
   */
  run(connection: C, onEnd?: OnEnd): void
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

/** Where commands wait, in the order in which they were issued, while no connection may take them. */
export class Gate<C> {
  /** What waits, with what ends its patience. Made when something has to wait: most of the time nothing does. */
  #waiting: Map<Waiting<C>, (() => void) | undefined> | undefined
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

  /**
   * Lets something wait. It is settled exactly once: run, timed out, called back, refused or rejected by `fail`.
   *
   * @param patience - Default: it waits as long as it takes.
   */
  enter(waiting: Waiting<C>, patience?: Patience): void {
    if (patience?.signal?.aborted === true) return waiting.reject(patience.onAbort())
    if (this.length >= this.#capacity) return waiting.reject(this.#onFull(this.#capacity))
    this.#waiting ??= new Map()
    this.#isSorted = this.#waiting.size === 0 || (this.#isSorted && waiting.order >= this.#last)
    this.#last = waiting.order
    this.#waiting.set(waiting, patience && this.#limit(waiting, patience))
  }

  #limit(waiting: Waiting<C>, { timeoutMs, signal, onTimeout, onAbort }: Patience): () => void {
    const end = (error: unknown): void => {
      if (this.#take(waiting)) waiting.reject(error)
    }
    const abort = (): void => end(onAbort())
    const timer: Timer | undefined = timeoutMs ? this.#clock.after(timeoutMs, () => end(onTimeout())) : undefined
    signal?.addEventListener('abort', abort, { once: true })
    return () => {
      timer?.dispose()
      signal?.removeEventListener('abort', abort)
    }
  }

  /** Lets everything through, in order. */
  open(connection: C): void {
    for (const waiting of this.#inOrder()) if (this.#take(waiting)) run(waiting, connection)
  }

  /**
   * Takes out what must go ahead of the others: those that go apart, `mostApart` of them, or else, where one is asked for, the
   * first.
   */
  takeAhead(orFirst: boolean, mostApart: number = Number.POSITIVE_INFINITY): readonly Waiting<C>[] {
    const all = this.#inOrder()
    const apart = all.filter(waiting => waiting.apart === true)
    const ahead = apart.length > 0 || !orFirst ? apart.slice(0, mostApart) : all.slice(0, 1)
    return ahead.filter(waiting => this.#take(waiting))
  }

  /** Ends every wait with an error. */
  fail(error: unknown): void {
    for (const waiting of this.#inOrder()) if (this.#take(waiting)) waiting.reject(error)
  }

  #take(waiting: Waiting<C>): boolean {
    this.#waiting?.get(waiting)?.()
    return this.#waiting?.delete(waiting) ?? false
  }

  #inOrder(): readonly Waiting<C>[] {
    if (this.#waiting === undefined) return []
    const all = [...this.#waiting.keys()]
    return this.#isSorted ? all : all.sort((one, other) => one.order - other.order)
  }
}

/** The error of what may not wait, as too much does. */
export function gateFull(capacity: number): Error {
  const facts = { capacity }
  return new HitlessError('GATE_FULL', 'Too many commands wait for a connection', { retryable: true, facts })
}

/** Runs something that waited. What it throws concerns itself. */
export function run<C>(waiting: Waiting<C>, connection: C, onEnd?: OnEnd): void {
  try {
    waiting.run(connection, onEnd)
  } catch (error) {
    waiting.reject(error)
    onEnd?.(false)
  }
}
