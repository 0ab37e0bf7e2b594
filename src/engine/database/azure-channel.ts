import { backoffMs } from '../../base/backoff.js'
import type { Clock, Timer } from '../../base/clock.js'
import { decodeAzureMessage } from '../../notifications/azure-message.js'
import {
  AZURE_CHANNEL,
  type AzureDecodeResult,
  type AzureNotification,
} from '../../notifications/azure-notification.js'

/** A client of its own for the channel: it reconnects and subscribes again by itself, until it is terminated. */
export interface AzureSubscriber {
  connect(): Promise<unknown>
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>
  /** Ends it at once, in any state. */
  destroy(): void
  /** Lets the process end while it is connected, or tries to be. */
  unref(): void
  on(event: 'error' | 'terminated', listener: (error: unknown) => void): unknown
}

/** A message that was no announcement. */
export type AzureRejection = Extract<AzureDecodeResult, { outcome: 'rejected' }>

/** What the channel works with. */
export interface AzureChannelParts {
  /** Makes a client; it does not connect. */
  readonly open: () => AzureSubscriber
  readonly clock: Clock
  readonly onNotification: (notification: AzureNotification) => void
  readonly onRejected: (rejection: AzureRejection) => void
  /** Nothing can be received at the moment, or a listener threw. The channel tries again by itself. */
  readonly onError: (error: unknown) => void
}

/** The pauses before the next client where one ended or could not connect, in milliseconds. Each is twice the last. */
const RETRY = { firstMs: 1_000, longestMs: 60_000 } as const

/** Listens to Azure's channel on a connection of its own. Never throws, and never keeps the process alive. */
export class AzureChannel {
  readonly #parts: AzureChannelParts
  /** The client in use. What an earlier one says does not count. */
  #subscriber: AzureSubscriber | undefined
  #retry: Timer | undefined
  /** Attempts in a row that failed. */
  #failures = 0

  constructor(parts: AzureChannelParts) {
    this.#parts = parts
  }

  /** Begins to listen. A second call does nothing. */
  start(): void {
    if (this.#subscriber === undefined && this.#retry === undefined) this.#open()
  }

  /** Ends the connection and everything that waits. A second call does nothing; `start` begins again. */
  stop(): void {
    this.#retry?.dispose()
    this.#retry = undefined
    this.#drop()
  }

  #open(): void {
    try {
      const subscriber = this.#parts.open()
      this.#subscriber = subscriber
      subscriber.on('error', error => this.#tell(subscriber, error))
      subscriber.on('terminated', error => this.#fail(subscriber, error))
      subscriber.unref()
      this.#listen(subscriber).catch((error: unknown) => this.#fail(subscriber, error))
    } catch (error) {
      this.#fail(this.#subscriber, error)
    }
  }

  async #listen(subscriber: AzureSubscriber): Promise<void> {
    await subscriber.connect()
    if (subscriber !== this.#subscriber) return
    await subscriber.subscribe(AZURE_CHANNEL, message => this.#receive(subscriber, message))
    this.#failures = 0
  }

  #receive(subscriber: AzureSubscriber, message: unknown): void {
    if (subscriber !== this.#subscriber) return
    const { clock, onNotification, onRejected } = this.#parts
    const result = decodeAzureMessage(message, clock.epochMs())
    try {
      if (result.outcome === 'accepted') onNotification(result.notification)
      else onRejected(result)
    } catch (error) {
      this.#tell(subscriber, error)
    }
  }

  /** Gives up a client that will not recover by itself, and makes another one later. */
  #fail(subscriber: AzureSubscriber | undefined, error: unknown): void {
    if (subscriber !== this.#subscriber) return
    this.#tell(subscriber, error)
    // The listener may have stopped the channel.
    if (subscriber !== this.#subscriber || this.#retry !== undefined) return
    this.#drop()
    const retry = (): void => {
      this.#retry = undefined
      this.#open()
    }
    this.#retry = this.#parts.clock.after(backoffMs(RETRY, this.#failures), retry)
    this.#failures += 1
  }

  #tell(subscriber: AzureSubscriber | undefined, error: unknown): void {
    if (subscriber !== this.#subscriber) return
    try {
      this.#parts.onError(error)
    } catch {
      // No listener is left.
    }
  }

  #drop(): void {
    const subscriber = this.#subscriber
    this.#subscriber = undefined
    try {
      subscriber?.destroy()
    } catch {
      // Some clients refuse to be destroyed before they were connected.
    }
  }
}
