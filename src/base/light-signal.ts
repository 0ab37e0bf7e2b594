/** What is used of an `AbortSignal`. */
export interface Signal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(event: 'abort', listener: () => void, options?: { readonly once: boolean }): void
  removeEventListener(event: 'abort', listener: () => void): void
}

/** A signal with its own end: an `AbortSignal` holds thirty times as much memory, and there is one for each connection. */
export class LightSignal implements Signal {
  aborted = false
  reason: unknown
  #listeners: readonly (() => void)[] = []

  addEventListener(_: 'abort', listener: () => void): void {
    this.#listeners = this.#listeners.concat(listener)
  }

  removeEventListener(_: 'abort', listener: () => void): void {
    this.#listeners = this.#listeners.filter(other => other !== listener)
  }

  /** Calls those that listen, once. */
  abort(reason?: unknown): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason
    for (const listener of this.#listeners) listener()
  }
}
