/** How somebody wants to connect. */
export interface DialTerms {
  /** Ends the waiting. A dial that was begun must end by itself when it aborts, and in any case within some time. */
  readonly signal: AbortSignal
  /** Whether a failure means that the database is away; others, as a wrong password, are the caller's alone. */
  readonly isOutage: (error: unknown) => boolean
  /** Whether to wait until the next attempt is due. Those who keep a pace of their own do not. */
  readonly paced: boolean
  /** Keeps the process alive while this one waits for its turn. Default `false`. */
  readonly keepsAlive?: boolean
}

/** Somebody who wants to connect. */
export interface Caller {
  readonly terms: DialTerms
  /** Resolves with what hands the connection over. */
  readonly dial: () => Promise<() => void>
  readonly reject: (error: unknown) => void
}

/** Those who wait to dial, in the order of arrival. Who gives up leaves by itself. */
export class DialQueue {
  readonly #onLeft: () => void
  /** Each with what ends the watch over its signal. */
  readonly #callers = new Map<Caller, () => void>()

  /** @param onLeft - Called when somebody has given up. */
  constructor(onLeft: () => void) {
    this.#onLeft = onLeft
  }

  get size(): number {
    return this.#callers.size
  }

  /** Whether somebody wants the process to be kept alive. */
  get keepsAlive(): boolean {
    return this.callers.some(({ terms }) => terms.keepsAlive === true)
  }

  get callers(): readonly Caller[] {
    return [...this.#callers.keys()]
  }

  /** Those who do not wait until an attempt is due. */
  get unpaced(): readonly Caller[] {
    return this.callers.filter(({ terms }) => !terms.paced)
  }

  add(caller: Caller): void {
    const { signal } = caller.terms
    const giveUp = (): void => {
      this.dismiss([caller], signal.reason)
      this.#onLeft()
    }
    this.#callers.set(caller, onAbort(signal, giveUp))
  }

  /** Takes somebody out; `false` where they have left. */
  take(caller: Caller): boolean {
    this.#callers.get(caller)?.()
    return this.#callers.delete(caller)
  }

  /** Sends some away with an error. */
  dismiss(callers: readonly Caller[], error: unknown): void {
    for (const caller of callers) {
      if (this.take(caller)) caller.reject(error)
    }
  }
}

/** Calls back once when a signal aborts; returns what ends that. */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  signal.addEventListener('abort', callback, { once: true })
  return () => signal.removeEventListener('abort', callback)
}
