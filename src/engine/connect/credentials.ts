import type { Signal } from '../../base/light-signal.js'
import { type OpenedStream, SharedStream, type StreamListener } from '../../base/shared-stream.js'

/** A provider that is asked for each connection. */
export interface AskedProvider {
  readonly type: 'async-credentials-provider'
  credentials(): Promise<unknown>
}

/** A provider that reports new credentials by itself. */
export interface StreamingProvider {
  readonly type: 'streaming-credentials-provider'
  subscribe(listener: StreamListener<unknown>): Promise<OpenedStream<unknown>>
  onReAuthenticationError(error: unknown): void
}

/**
 * The credentials of one client. They are asked for before a connection is dialled, so that a slow or broken identity
 * provider takes no time of the database, and its errors are known as its own.
 */
export class Credentials {
  /** What the host is given in place of the user's provider. */
  readonly provider: AskedProvider | StreamingProvider
  readonly #errors = new WeakSet<object>()
  readonly #ask: (() => Promise<unknown>) | undefined
  /** Two connections overlap at a hand-off, and each of them subscribes. They share one subscription. */
  readonly #stream: SharedStream<unknown> | undefined
  /** What was asked for before the dial that is under way. */
  #known: { readonly credentials: unknown } | undefined

  constructor(provider: AskedProvider | StreamingProvider) {
    if (isStreaming(provider)) {
      const stream = new SharedStream<unknown>(listener => this.#noting(() => provider.subscribe(listener)))
      const shared: StreamingProvider = {
        type: provider.type,
        onReAuthenticationError: error => provider.onReAuthenticationError(error),
        subscribe: listener => stream.join(listener),
      }
      this.#stream = stream
      this.provider = shared
    } else {
      const ask = (): Promise<unknown> => this.#noting(() => provider.credentials())
      const asked: AskedProvider = {
        type: provider.type,
        credentials: () => (this.#known === undefined ? ask() : Promise.resolve(this.#known.credentials)),
      }
      this.#ask = ask
      this.provider = asked
    }
  }

  /** Whether an error came from the user's provider. */
  isCauseOf(error: unknown): boolean {
    return typeof error === 'object' && error !== null && this.#errors.has(error)
  }

  /** Asks for the credentials of the next dial. The result forgets them. `undefined` where there is no provider. */
  prepare(signal: Signal): Promise<() => void> | undefined {
    if (this.#stream !== undefined) return openFor(this.#stream, signal)
    return this.#ask === undefined ? undefined : this.#prepareWith(this.#ask)
  }

  dispose(): void {
    this.#stream?.dispose()
  }

  async #prepareWith(ask: () => Promise<unknown>): Promise<() => void> {
    const known = { credentials: await ask() }
    this.#known = known
    return () => {
      if (this.#known === known) this.#known = undefined
    }
  }

  async #noting<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (error) {
      if (typeof error === 'object' && error !== null) this.#errors.add(error)
      throw error
    }
  }
}

/** Opens the stream where it is not open. One that does not open in time is given up, and the next dial opens another. */
async function openFor(stream: SharedStream<unknown>, signal: Signal): Promise<() => void> {
  const giveUp = (): void => stream.dispose()
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    await stream.open()
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
  return () => {}
}

/** The credentials of a client; `undefined` where it has no provider. */
export function credentialsOf(provider: unknown): Credentials | undefined {
  return isStreaming(provider) || isAsked(provider) ? new Credentials(provider) : undefined
}

function isStreaming(provider: unknown): provider is StreamingProvider {
  return typeOf(provider) === 'streaming-credentials-provider'
}

function isAsked(provider: unknown): provider is AskedProvider {
  return typeOf(provider) === 'async-credentials-provider'
}

function typeOf(provider: unknown): unknown {
  return (provider as { readonly type?: unknown } | undefined)?.type
}
