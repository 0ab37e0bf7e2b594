import type { Clock, Timer } from '../../base/clock.js'
import { HitlessError } from '../../base/errors.js'

/** Something that waits at the gate for a connection. */
export interface Waiting<C> {
  /** Runs it on the connection that opened the gate. */
  run(connection: C): void
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

/**
 * The order when the gate opens: first what a server refused, or what has no answer from a broken connection; then what
 * a broken connection never wrote; then newer commands. That is the order in which they were issued.
 */
export type Turn = 'returned' | 'unsent' | 'new'

type Queues<C> = Readonly<Record<Turn, Set<Waiting<C> & { dispose(): void }>>>

/** Where commands wait, in order, while no connection may take them. */
export class Gate<C> {
  /** Made when something has to wait: most of the time nothing does. */
  #waiting: Queues<C> | undefined
  readonly #clock: Clock
  readonly #capacity: number

  /** @param capacity - How many may wait; one more is refused with `GATE_FULL`. */
  constructor(clock: Clock, capacity: number) {
    this.#clock = clock
    this.#capacity = capacity
  }

  /** How many wait. */
  get length(): number {
    if (this.#waiting === undefined) return 0
    const { returned, unsent, new: fresh } = this.#waiting
    return returned.size + unsent.size + fresh.size
  }

  /** Lets something wait. It is settled exactly once: run, timed out, aborted, refused or rejected by `fail`. */
  enter(waiting: Waiting<C>, patience: Patience, turn: Turn = 'new'): void {
    const { signal, timeoutMs } = patience
    if (signal?.aborted === true) return waiting.reject(patience.onAbort())
    if (this.length >= this.#capacity) {
      const facts = { capacity: this.#capacity }
      return waiting.reject(
        new HitlessError('GATE_FULL', 'Too many commands wait for a connection', { retryable: true, facts }),
      )
    }
    this.#waiting ??= { returned: new Set(), unsent: new Set(), new: new Set() }
    const queue = this.#waiting[turn]
    const end = (error: unknown): void => {
      dispose()
      queue.delete(entry)
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
    const entry = { run: waiting.run, reject: waiting.reject, dispose }
    queue.add(entry)
  }

  /** Runs everything that waits, in order. */
  open(connection: C): void {
    for (const entry of this.#take()) {
      try {
        entry.run(connection)
      } catch (error) {
        entry.reject(error)
      }
    }
  }

  /** Ends every wait with an error. */
  fail(error: unknown): void {
    for (const entry of this.#take()) entry.reject(error)
  }

  #take(): readonly Waiting<C>[] {
    if (this.#waiting === undefined) return []
    const { returned, unsent, new: fresh } = this.#waiting
    const taken = [...returned, ...unsent, ...fresh]
    this.#waiting = undefined
    for (const entry of taken) entry.dispose()
    return taken
  }
}
