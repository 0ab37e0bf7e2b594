import type { Clock, Timer } from '../../base/clock.js'

/** Something to do with a client, and what is told how it ended. */
export interface Task<C> {
  readonly fn: (member: C) => unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** How long tasks wait, and how they fail then. */
export interface Acquire {
  readonly clock: Clock
  /**
   * The current limit, in milliseconds; 0 waits for ever. When it becomes longer, tasks that wait already wait longer
   * too.
   */
  readonly timeoutMs: () => number
  /** Is told how long it was. */
  readonly onTimeout: (timeoutMs: number) => unknown
}

interface Waiting<C> {
  readonly task: Task<C>
  readonly since: number
}

/** How many unused places there must be before they are removed. */
const SPARE_PLACES = 1_024

/**
 * Tasks that wait for a client, in order. Each leaves once: it gets a client, times out or fails.
 *
 * All have the same limit, so the first one is due first, and one timer is enough.
 */
export class TaskQueue<C> {
  readonly #acquire: Acquire
  /** In order; those before `#head`, and those set to `undefined`, have left. */
  #places: (Waiting<C> | undefined)[] = []
  #head = 0
  #length = 0
  #timer: Timer | undefined

  constructor(acquire: Acquire) {
    this.#acquire = acquire
  }

  get length(): number {
    return this.#length
  }

  /** The task that waits longest. */
  get first(): Task<C> | undefined {
    return this.#places[this.#head]?.task
  }

  add(task: Task<C>): void {
    const { clock, timeoutMs } = this.#acquire
    this.#places.push({ task, since: clock.now() })
    this.#length += 1
    if (this.#timer === undefined) this.#waitFor(timeoutMs())
  }

  /** Takes the task that waits longest. */
  shift(): Task<C> | undefined {
    const { first } = this
    if (first !== undefined) this.#leave(this.#head)
    return first
  }

  /** Fails a task, if it still waits. */
  fail(task: Task<C>, error: unknown): void {
    const place = this.#places.findIndex(waiting => waiting?.task === task)
    if (place === -1) return
    this.#leave(place)
    task.reject(error)
  }

  /** Fails all of them. */
  failAll(error: unknown): void {
    for (let task = this.shift(); task !== undefined; task = this.shift()) task.reject(error)
  }

  #leave(place: number): void {
    this.#places[place] = undefined
    this.#length -= 1
    if (this.#length === 0) return this.#clear()
    while (this.#places[this.#head] === undefined) this.#head += 1
    if (this.#head < SPARE_PLACES || this.#head * 2 < this.#places.length) return
    this.#places = this.#places.slice(this.#head)
    this.#head = 0
  }

  #clear(): void {
    this.#places = []
    this.#head = 0
    this.#timer?.dispose()
    this.#timer = undefined
  }

  #waitFor(delayMs: number): void {
    if (delayMs > 0) this.#timer = this.#acquire.clock.after(delayMs, () => this.#failLate(), true)
  }

  #failLate(): void {
    this.#timer = undefined
    const { clock, onTimeout } = this.#acquire
    const timeoutMs = this.#acquire.timeoutMs()
    const dueFrom = clock.now() - timeoutMs
    for (
      let due = this.#places[this.#head];
      due !== undefined && due.since <= dueFrom;
      due = this.#places[this.#head]
    ) {
      this.#leave(this.#head)
      due.task.reject(onTimeout(timeoutMs))
    }
    const next = this.#places[this.#head]
    if (next !== undefined) this.#waitFor(next.since - dueFrom)
  }
}
