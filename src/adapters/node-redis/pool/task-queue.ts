import type { Clock, Timer } from '../../../base/clock.js'

/** A task that waits for a client, in whatever form the pool keeps them. */
export interface Task<C> {
  run(client: C): void
  reject(error: unknown): void
}

/** How long a task waits, and with what it fails then. */
export interface Acquire {
  /** Milliseconds; 0 waits for ever. */
  readonly timeoutMs: number
  readonly onTimeout: () => unknown
}

/** Tasks that wait for a client, first come first served. Each is settled once: given away, timed out or failed. */
export class TaskQueue<C> {
  readonly #clock: Clock
  readonly #waiting = new Map<Task<C>, Timer | undefined>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get length(): number {
    return this.#waiting.size
  }

  /** The task that waits longest. */
  get first(): Task<C> | undefined {
    const [first] = this.#waiting.keys()
    return first
  }

  add(task: Task<C>, { timeoutMs, onTimeout }: Acquire): void {
    const late = (): void => this.fail(task, onTimeout())
    this.#waiting.set(task, timeoutMs > 0 ? this.#clock.after(timeoutMs, late, true) : undefined)
  }

  /** Takes the task that waits longest. */
  shift(): Task<C> | undefined {
    const { first } = this
    if (first !== undefined) this.#remove(first)
    return first
  }

  /** Fails a task, if it still waits. */
  fail(task: Task<C>, error: unknown): void {
    if (this.#remove(task)) task.reject(error)
  }

  /** Fails all of them. */
  failAll(error: unknown): void {
    for (const task of [...this.#waiting.keys()]) this.fail(task, error)
  }

  #remove(task: Task<C>): boolean {
    this.#waiting.get(task)?.dispose()
    return this.#waiting.delete(task)
  }
}
