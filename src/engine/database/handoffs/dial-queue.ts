import type { Signal } from '../../../base/light-signal.js'

/** How a caller wants to connect. */
export interface DialTerms {
  /** Ends the wait. A dial that was begun must end by itself when the signal aborts, and in any case within a bound. */
  readonly signal: Signal
  /**
   * Whether a failure means that the database is away. Other failures, such as a wrong password, concern the caller
   * alone.
   */
  readonly isOutage: (error: unknown) => boolean
  /** Whether to wait until the next attempt is due. A caller with pauses of its own does not. */
  readonly paced: boolean
  /** Keeps the process alive while this one waits for its turn. Default `false`. */
  readonly keepsAlive?: boolean
}

/** Tells that the database does not serve yet, though the dial goes on. */
export type Away = (cause: unknown) => void

/** A caller that wants to connect. */
export interface Caller {
  readonly terms: DialTerms
  /** When it came, in clock milliseconds. */
  readonly cameAt: number
  /** Resolves with what hands the connection over. It tells when the server is there, but does not serve yet. */
  readonly dial: (away: Away) => Promise<() => void>
  readonly reject: (error: unknown) => void
}

/** The callers that wait to dial, in the order of arrival. A caller that gives up is removed. */
export class DialQueue {
  readonly #onLeft: () => void
  /** Each caller, with the function that stops watching its signal. */
  readonly #callers = new Map<Caller, () => void>()

  /** @param onLeft - Called when a caller has given up. */
  constructor(onLeft: () => void) {
    this.#onLeft = onLeft
  }

  get size(): number {
    return this.#callers.size
  }

  /** Whether any caller wants the process to be kept alive. */
  get keepsAlive(): boolean {
    return this.callers.some(({ terms }) => terms.keepsAlive === true)
  }

  get callers(): readonly Caller[] {
    return [...this.#callers.keys()]
  }

  /** The callers that do not wait until an attempt is due. */
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

  /** Removes a caller; `false` where it has left already. */
  take(caller: Caller): boolean {
    this.#callers.get(caller)?.()
    return this.#callers.delete(caller)
  }

  /** Rejects some callers with an error. */
  dismiss(callers: readonly Caller[], error: unknown): void {
    for (const caller of callers) {
      if (this.take(caller)) caller.reject(error)
    }
  }
}

/** Calls back once when a signal aborts; returns what ends that. */
export function onAbort(signal: Signal, callback: () => void): () => void {
  signal.addEventListener('abort', callback, { once: true })
  return () => signal.removeEventListener('abort', callback)
}
