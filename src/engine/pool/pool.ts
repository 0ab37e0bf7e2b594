import type { Clock, Timer } from '../../base/clock.js'
import { createDeferred, type Deferred } from '../../base/deferred.js'
import { waitForLast } from '../../base/last-patience.js'
import { MemberCheckout } from '../connect/checkout.js'
import type { HostErrors } from '../ports.js'
import { type Entry, type MemberLink, type PoolMember, PoolMembers } from './pool-members.js'
import { type Task, TaskQueue } from './task-queue.js'

/** The host's pool options, with their defaults. */
export interface PoolSettings {
  /** @defaultValue `1` */
  readonly minimum: number
  /** @defaultValue `100` */
  readonly maximum: number
  /** Milliseconds; 0 waits for ever. @defaultValue `3_000` */
  readonly acquireTimeout: number
  /** Milliseconds. @defaultValue `3_000` */
  readonly cleanupDelay: number
}

/** What a pool needs. */
export interface PoolParts<C extends PoolMember, L extends MemberLink> {
  readonly errors: Pick<HostErrors, 'closed' | 'timeout'>
  readonly clock: Clock
  readonly settings: PoolSettings
  /** Makes a client. Its hand-offs wait for the checkout. */
  readonly createMember: (checkout: MemberCheckout) => Pick<Entry<C, L>, 'member' | 'link'>
}

/** Gives clients to tasks, one task at a time each. It behaves as the host's pool. */
export class Pool<C extends PoolMember, L extends MemberLink> {
  readonly #parts: PoolParts<C, L>
  readonly #members = new PoolMembers<C, L>()
  readonly #tasks: TaskQueue<C>
  #life: 'closed' | 'open' | 'closing' = 'closed'
  /** Whether it was closed in order since it was connected. */
  #wasClosed = false
  #drained: Deferred<void> | undefined
  #closing: Promise<void> | undefined
  #cleanup: Timer | undefined

  constructor(parts: PoolParts<C, L>) {
    this.#parts = parts
    const { errors, clock, settings } = parts
    const { acquireTimeout } = settings
    this.#tasks = new TaskQueue({
      clock,
      timeoutMs: () => (acquireTimeout > 0 ? Math.max(acquireTimeout, this.relaxedMs ?? 0) : 0),
      onTimeout: ms => errors.timeout(`Timeout waiting for a client after ${ms}ms`),
    })
  }

  /** The links of its clients, the newest last. */
  get links(): readonly L[] {
    return this.#members.links
  }

  /** What timeouts are raised to in its connections, the wait for a client with them; `undefined` where they are raised in none. */
  get relaxedMs(): number | undefined {
    const raised = this.links.flatMap(({ dispatcher }) => dispatcher.timeouts.relaxedMs ?? [])
    return raised.length === 0 ? undefined : Math.max(...raised)
  }

  get isOpen(): boolean {
    return this.#life !== 'closed'
  }

  get isClosing(): boolean {
    return this.#life === 'closing'
  }

  get idleClients(): number {
    return this.#members.idle
  }

  get clientsInUse(): number {
    return this.#members.inUse
  }

  get totalClients(): number {
    return this.#members.total
  }

  get tasksQueueLength(): number {
    return this.#tasks.length
  }

  /** Connects the minimum of clients. If one fails, all are given up. With `close` it resolves, as with the host. */
  async connect(): Promise<void> {
    if (this.isOpen) return
    this.#life = 'open'
    this.#wasClosed = false
    try {
      await Promise.all(Array.from({ length: this.#parts.settings.minimum }, () => this.#grow()))
    } catch (error) {
      if (this.#wasClosed) return
      this.destroy()
      throw error
    }
  }

  /** Runs a task on a client, or lets it wait for one. */
  execute<T>(fn: (member: C) => T | Promise<T>): Promise<T> {
    if (this.#life !== 'open') return Promise.reject(this.#parts.errors.closed())
    return new Promise((resolve, reject) => {
      const task: Task<C> = { fn, resolve: resolve as (value: unknown) => void, reject }
      const idle = this.#members.takeIdle()
      if (idle !== undefined) return this.#give(idle, task)
      this.#tasks.add(task)
      if (this.totalClients < this.#parts.settings.maximum) this.#growFor(task)
    })
  }

  /**
   * Lets a client leave, closed in order: now if it is idle, else when it is returned. The pool makes a new one when it
   * needs one.
   */
  retire(member: C): void {
    this.#members.retire(member)
  }

  /**
   * Waits for every task, those that wait included, then closes all clients. Clients are ended, and their tasks fail, when
   * none of those in use has sent an answer that it owes for 5 s, and after 30 s in any case.
   */
  close(): Promise<void> {
    if (this.#closing !== undefined) return this.#closing
    if (!this.isOpen) return Promise.resolve()
    this.#life = 'closing'
    this.#wasClosed = true
    this.#cleanup?.dispose()
    this.#closing = this.#finish()
    return this.#closing
  }

  /** Ends all clients at once. Tasks that wait fail. */
  destroy(): void {
    this.#cleanup?.dispose()
    this.#life = 'closed'
    this.#members.endAll()
    this.#tasks.failAll(this.#parts.errors.closed())
    this.#drained?.resolve()
  }

  async #finish(): Promise<void> {
    const { clock, errors } = this.#parts
    try {
      await waitForLast(this.#finishTasks(), { clock, heardAt: () => this.#members.heardAt })
    } finally {
      this.#tasks.failAll(errors.closed())
      this.#members.endAll()
      this.#life = 'closed'
      this.#drained = undefined
      this.#closing = undefined
    }
  }

  async #finishTasks(): Promise<void> {
    if (this.#tasks.length === 0) this.#members.endConnecting()
    if (this.#members.inUse > 0) {
      this.#drained = createDeferred()
      await this.#drained.promise
    }
    await this.#members.closeAll()
  }

  /** Makes a client for a task. If that fails, this task fails. Others may still get their own clients. */
  #growFor(task: Task<C>): void {
    this.#grow().catch(error => this.#tasks.fail(task, error))
  }

  async #grow(): Promise<void> {
    const checkout = new MemberCheckout()
    const entry: Entry<C, L> = { checkout, retired: false, ...this.#parts.createMember(checkout) }
    this.#members.add(entry)
    try {
      await entry.member.connect()
    } catch (error) {
      this.#members.end(entry)
      if (this.isClosing && this.#members.inUse === 0) {
        this.#tasks.failAll(error)
        this.#drained?.resolve()
      }
      throw error
    }
    this.#takeBack(entry)
  }

  #give(entry: Entry<C, L>, { fn, resolve, reject }: Task<C>): void {
    entry.checkout.isCheckedOut = true
    const succeed = (value: unknown): void => {
      resolve(value)
      this.#takeBack(entry)
    }
    const fail = (error: unknown): void => {
      reject(error)
      this.#takeBack(entry)
    }
    let result: unknown
    try {
      result = fn(entry.member)
    } catch (error) {
      return fail(error)
    }
    if (result instanceof Promise) result.then(succeed, fail)
    else succeed(result)
  }

  #takeBack(entry: Entry<C, L>): void {
    if (!this.#members.has(entry)) return
    // A hand-off that waited for the return pauses commands from here on, also those of the next task.
    entry.checkout.takeBack()
    const stays = entry.member.isOpen && !entry.retired
    const task = stays ? this.#tasks.shift() : undefined
    if (task !== undefined) return this.#give(entry, task)
    if (stays) this.#members.giveBack(entry)
    else this.#replace(entry)
    if (this.isClosing && this.#members.inUse === 0) this.#drained?.resolve()
    else this.#scheduleCleanup()
  }

  /** A client that ended, or leaves, is replaced where a task waits for one. */
  #replace(entry: Entry<C, L>): void {
    this.#members.dismiss(entry)
    const { first } = this.#tasks
    if (first !== undefined && this.isOpen) this.#growFor(first)
  }

  #scheduleCleanup(): void {
    const { clock, settings } = this.#parts
    if (this.totalClients <= settings.minimum || this.#life !== 'open') return
    this.#cleanup?.dispose()
    this.#cleanup = clock.after(settings.cleanupDelay, () => {
      this.#members.endIdle(this.totalClients - settings.minimum)
    })
  }
}
