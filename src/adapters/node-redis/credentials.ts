import type { HostOptions } from './host-module.js'

/** Ends a subscription. */
interface Disposable {
  dispose(): unknown
}

interface CredentialsListener {
  onNext(credentials: unknown): void
  onError(error: Error): void
}

/** A provider that tells of new credentials whenever there are some. */
interface StreamingProvider {
  readonly type: 'streaming-credentials-provider'
  subscribe(listener: CredentialsListener): Promise<[unknown, Disposable]>
  onReAuthenticationError(error: unknown): void
}

/**
 * Shares one subscription to a streaming credentials provider among the connections of a client: two of them overlap at a
 * hand-off, and each asks the host's way. Other providers are asked anew by each connection and stay as they are.
 */
export class SharedCredentials {
  readonly #provider: StreamingProvider | undefined
  readonly #listeners = new Set<CredentialsListener>()
  #subscription: Promise<{ latest: unknown; stream: Disposable }> | undefined

  constructor({ credentialsProvider }: HostOptions) {
    this.#provider = isStreaming(credentialsProvider) ? credentialsProvider : undefined
  }

  /** The options for a connection, with the shared provider in place of the user's. */
  applyTo(options: HostOptions): HostOptions {
    const provider = this.#provider
    if (provider === undefined) return options
    const shared: StreamingProvider = {
      type: 'streaming-credentials-provider',
      onReAuthenticationError: error => provider.onReAuthenticationError(error),
      subscribe: listener => this.#join(provider, listener),
    }
    return { ...options, credentialsProvider: shared }
  }

  async #join(provider: StreamingProvider, listener: CredentialsListener): Promise<[unknown, Disposable]> {
    this.#subscription ??= this.#open(provider)
    this.#listeners.add(listener)
    try {
      const { latest } = await this.#subscription
      return [latest, { dispose: () => this.#listeners.delete(listener) }]
    } catch (error) {
      this.#subscription = undefined
      this.#listeners.delete(listener)
      throw error
    }
  }

  async #open(provider: StreamingProvider): Promise<{ latest: unknown; stream: Disposable }> {
    const opened: { latest: unknown; stream: Disposable } = { latest: undefined, stream: { dispose: () => {} } }
    const [latest, stream] = await provider.subscribe({
      onNext: credentials => {
        opened.latest = credentials
        for (const listener of this.#listeners) listener.onNext(credentials)
      },
      onError: error => {
        // The provider has ended the stream by itself.
        this.#subscription = undefined
        for (const listener of this.#listeners) listener.onError(error)
      },
    })
    opened.latest ??= latest
    opened.stream = stream
    return opened
  }

  /** Ends the subscription; the next connection begins another one. */
  dispose(): void {
    const subscription = this.#subscription
    this.#subscription = undefined
    this.#listeners.clear()
    subscription?.then(({ stream }) => stream.dispose()).catch(() => {})
  }
}

function isStreaming(provider: unknown): provider is StreamingProvider {
  return (provider as { readonly type?: unknown } | undefined)?.type === 'streaming-credentials-provider'
}
