import type { MemberCheckout } from '../connect/checkout.js'

/** A client as the pool sees it. */
export interface PoolMember {
  readonly isOpen: boolean
  connect(): Promise<unknown>
  close(): Promise<void>
  destroy(): void
}

/** The link of a client, as the pool sees it. */
export interface MemberLink {
  /** It has a connection while commands are sent at once. */
  readonly dispatcher: {
    readonly current: object | undefined
    readonly timeouts: { readonly relaxedMs: number | undefined }
  }
  /** When its server last sent something; now, where it owes nothing. `-Infinity` without a connection. */
  readonly heardAt: number
}

/** A client of the pool. */
export interface Entry<C extends PoolMember, L extends MemberLink> {
  readonly member: C
  readonly link: L
  readonly checkout: MemberCheckout
  /** Whether it leaves the pool as soon as it is not checked out. */
  retired: boolean
}

/** The clients of a pool: those that are idle, those in use or connecting, and those that leave. */
export class PoolMembers<C extends PoolMember, L extends MemberLink> {
  /** All except those that leave. */
  readonly #entries = new Set<Entry<C, L>>()
  readonly #idle: Entry<C, L>[] = []
  readonly #leaving = new Map<Entry<C, L>, Promise<void>>()

  /** Of all clients that have not ended: those that leave first, then from the oldest to the newest. */
  get links(): readonly L[] {
    return [...this.#leaving.keys(), ...this.#entries].map(({ link }) => link)
  }

  get idle(): number {
    return this.#idle.length
  }

  get inUse(): number {
    return this.#entries.size - this.#idle.length
  }

  get total(): number {
    return this.#entries.size
  }

  /** When something was last heard from those that are checked out, or that leave; `-Infinity` where there are none. */
  get heardAt(): number {
    const checkedOut = [...this.#entries].filter(({ checkout }) => checkout.isCheckedOut)
    return Math.max(...[...checkedOut, ...this.#leaving.keys()].map(({ link }) => link.heardAt))
  }

  /** Ends the clients that are connecting: no task waits for them. */
  endConnecting(): void {
    const connecting = [...this.#entries].filter(entry => !entry.checkout.isCheckedOut && !this.#idle.includes(entry))
    for (const entry of connecting) this.end(entry)
  }

  /** Adds a client, which is in use at first. */
  add(entry: Entry<C, L>): void {
    this.#entries.add(entry)
  }

  has(entry: Entry<C, L>): boolean {
    return this.#entries.has(entry)
  }

  /** Takes the client that was idle for longest, if possible one whose commands do not have to wait. */
  takeIdle(): Entry<C, L> | undefined {
    const best = this.#idle.find(({ member, link }) => member.isOpen && link.dispatcher.current !== undefined)
    if (best !== this.#idle[0]) {
      // A client whose reconnect strategy gave up is of no use. The pool makes a new one when it needs one.
      for (const entry of this.#idle.filter(({ member }) => !member.isOpen)) this.end(entry)
    }
    return best === undefined ? this.#idle.shift() : this.#takeOut(best)
  }

  giveBack(entry: Entry<C, L>): void {
    this.#idle.push(entry)
  }

  /** Lets a client leave: at once if it is idle, else when it is returned. */
  retire(member: C): void {
    const entry = [...this.#entries].find(({ member: known }) => known === member)
    if (entry === undefined) return
    entry.retired = true
    if (this.#idle.includes(entry)) this.dismiss(entry)
  }

  /** Closes one client in order. */
  dismiss(entry: Entry<C, L>): void {
    this.#remove(entry)
    const ended = (): void => this.end(entry)
    if (entry.member.isOpen) this.#leaving.set(entry, entry.member.close().then(ended, ended))
    else this.end(entry)
  }

  /** Closes all that are idle, and waits for those that leave. Rejects with the first failure, once all have ended. */
  async closeAll(): Promise<void> {
    const open = this.#idle.filter(({ member }) => member.isOpen)
    const results = await Promise.allSettled([...open.map(({ member }) => member.close()), ...this.#leaving.values()])
    this.endAll()
    const failed = results.find(result => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  /** Ends this number of clients, those first that were idle for longest. */
  endIdle(count: number): void {
    for (const entry of this.#idle.slice(0, count)) this.end(entry)
  }

  /** Ends all at once. */
  endAll(): void {
    for (const entry of [...this.#entries, ...this.#leaving.keys()]) this.end(entry)
  }

  /** Ends a client at once. */
  end(entry: Entry<C, L>): void {
    this.#remove(entry)
    this.#leaving.delete(entry)
    entry.member.destroy()
    // Not earlier: when a client has ended, its hand-off has ended too.
    entry.checkout.takeBack()
  }

  #remove(entry: Entry<C, L>): void {
    this.#entries.delete(entry)
    this.#takeOut(entry)
  }

  #takeOut(entry: Entry<C, L>): Entry<C, L> {
    const place = this.#idle.indexOf(entry)
    if (place !== -1) this.#idle.splice(place, 1)
    return entry
  }
}
