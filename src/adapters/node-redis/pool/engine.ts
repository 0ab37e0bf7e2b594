import type { Clock, Timer } from '../../../base/clock.js'
import { createDeferred, type Deferred } from '../../../base/deferred.js'
import type { HostModule } from '../host.js'
import { type Task, TaskQueue } from './task-queue.js'

/** A client as the pool sees it. */
export interface PoolMember {
  readonly isOpen: boolean
  connect(): Promise<unknown>
  close(): Promise<void>
  destroy(): void
}

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

/** What a pool is made of. */
export interface PoolParts<C extends PoolMember> {
  readonly host: HostModule
  readonly clock: Clock
  readonly settings: PoolSettings
  readonly createMember: () => C
  /** Told when a client is given up. */
  readonly forget: (member: C) => void
}

/** Lends clients out, one task at a time each, with the meaning that the host gives to its pool. */
export class PoolEngine<C extends PoolMember> {
  readonly #parts: PoolParts<C>
  readonly #idle: C[] = []
  readonly #inUse = new Set<C>()
  readonly #tasks: TaskQueue<C>
  #life: 'closed' | 'open' | 'closing' = 'closed'
  #drained: Deferred<void> | undefined
  #closing: Promise<void> | undefined
  #cleanup: Timer | undefined

  constructor(parts: PoolParts<C>) {
    this.#parts = parts
    this.#tasks = new TaskQueue(parts.clock)
  }

  get isOpen(): boolean {
    return this.#life !== 'closed'
  }

  get isClosing(): boolean {
    return this.#life === 'closing'
  }

  get idleClients(): number {
    return this.#idle.length
  }

  get clientsInUse(): number {
    return this.#inUse.size
  }

  get totalClients(): number {
    return this.#idle.length + this.#inUse.size
  }

  get tasksQueueLength(): number {
    return this.#tasks.length
  }

  /** Every member, also those that are still connecting. */
  get members(): readonly C[] {
    return [...this.#idle, ...this.#inUse]
  }

  /** Connects the minimum of clients. If one fails, all are given up. */
  async connect(): Promise<void> {
    if (this.isOpen) return
    this.#life = 'open'
    try {
      await Promise.all(Array.from({ length: this.#parts.settings.minimum }, () => this.#grow()))
    } catch (error) {
      this.destroy()
      throw error
    }
  }

  /** Runs a task on a client, or lets it wait for one. */
  execute<T>(fn: (member: C) => T | Promise<T>): Promise<T> {
    const { host } = this.#parts
    if (this.#life !== 'open') return Promise.reject(new host.ClientClosedError())
    return new Promise((resolve, reject) => {
      const run = (member: C): void => this.#lend(member, fn, { resolve, reject })
      const idle = this.#takeIdle()
      if (idle !== undefined) run(idle)
      else this.#queue({ run, reject })
    })
  }

  /** Waits for every task, those that wait included, then closes all clients. */
  close(): Promise<void> {
    if (this.#closing !== undefined) return this.#closing
    if (!this.isOpen) return Promise.resolve()
    this.#life = 'closing'
    this.#cleanup?.dispose()
    this.#closing = this.#finish()
    return this.#closing
  }

  /** Ends all clients at once. Tasks that wait fail. */
  destroy(): void {
    this.#cleanup?.dispose()
    this.#life = 'closed'
    for (const member of this.members) this.#end(member)
    this.#idle.length = 0
    this.#inUse.clear()
    this.#tasks.failAll(new this.#parts.host.ClientClosedError())
    this.#drained?.resolve()
  }

  async #finish(): Promise<void> {
    try {
      if (this.#inUse.size > 0) {
        this.#drained = createDeferred()
        await this.#drained.promise
      }
      const results = await Promise.allSettled(this.#idle.map(member => member.close()))
      const failed = results.find(result => result.status === 'rejected')
      if (failed !== undefined) throw failed.reason
    } finally {
      for (const member of this.members) this.#end(member)
      this.#idle.length = 0
      this.#life = 'closed'
      this.#drained = undefined
      this.#closing = undefined
    }
  }

  #takeIdle(): C | undefined {
    for (let member = this.#idle.shift(); member !== undefined; member = this.#idle.shift()) {
      // One whose reconnect strategy gave up is of no use; the pool grows again when it must.
      if (member.isOpen) return member
      this.#end(member)
    }
    return undefined
  }

  #queue(task: Task<C>): void {
    const { host, settings } = this.#parts
    const { acquireTimeout: timeoutMs, maximum } = settings
    const onTimeout = (): Error => new host.TimeoutError(`Timeout waiting for a client after ${timeoutMs}ms`)
    this.#tasks.add(task, { timeoutMs, onTimeout })
    if (this.totalClients < maximum) this.#growFor(task)
  }

  /** Grows for a task. If that fails, this very task does: others may still be served by their own. */
  #growFor(task: Task<C>): void {
    this.#grow().catch(error => this.#tasks.fail(task, error))
  }

  async #grow(): Promise<void> {
    const member = this.#parts.createMember()
    this.#inUse.add(member)
    try {
      await member.connect()
    } catch (error) {
      this.#inUse.delete(member)
      this.#end(member)
      if (this.isClosing && this.#inUse.size === 0) {
        this.#tasks.failAll(error)
        this.#drained?.resolve()
      }
      throw error
    }
    this.#takeBack(member)
  }

  #lend<T>(member: C, fn: (member: C) => T | Promise<T>, outcome: Pick<Deferred<T>, 'resolve' | 'reject'>): void {
    this.#inUse.add(member)
    try {
      const result = fn(member)
      if (result instanceof Promise) {
        result.then(outcome.resolve, outcome.reject).finally(() => this.#takeBack(member))
        return
      }
      outcome.resolve(result)
    } catch (error) {
      outcome.reject(error)
    }
    this.#takeBack(member)
  }

  #takeBack(member: C): void {
    if (!this.#inUse.has(member)) return
    const task = member.isOpen ? this.#tasks.shift() : undefined
    if (task !== undefined) return task.run(member)
    this.#inUse.delete(member)
    if (member.isOpen) this.#idle.push(member)
    else this.#replace(member)
    if (this.isClosing && this.#inUse.size === 0) this.#drained?.resolve()
    else this.#scheduleCleanup()
  }

  /** A client that ended for good is replaced where somebody waits for one. */
  #replace(member: C): void {
    this.#end(member)
    const { first } = this.#tasks
    if (first !== undefined && this.isOpen) this.#growFor(first)
  }

  #scheduleCleanup(): void {
    const { clock, settings } = this.#parts
    if (this.totalClients <= settings.minimum || this.#life !== 'open') return
    this.#cleanup?.dispose()
    this.#cleanup = clock.after(settings.cleanupDelay, () => {
      const surplus = Math.min(this.#idle.length, this.totalClients - settings.minimum)
      for (const member of this.#idle.splice(0, surplus)) this.#end(member)
    })
  }

  #end(member: C): void {
    this.#parts.forget(member)
    member.destroy()
  }
}
