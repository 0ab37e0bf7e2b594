import type { Clock } from '../../base/clock.js'
import { pause } from '../../base/pause.js'
import type { Random } from '../../base/random.js'
import type { ErrandClient } from './application-client.js'
import type { MessageLog } from './notes/message-log.js'
import type { QueueLedger } from './notes/queue-ledger.js'
import type { Tally } from './notes/tally.js'

/** What works off a queue and listens is made of. */
export interface ErrandParts {
  /** Puts items into the queue. */
  readonly producer: Pick<ErrandClient, 'pushItem'>
  /** Takes items out, one blocking command after the other. */
  readonly consumer: Pick<ErrandClient, 'takeItem'>
  /** Publishes over a connection that nothing happens to, so that it is known what was said. */
  readonly publish: (channel: string, message: string) => Promise<unknown>
  readonly queue: QueueLedger
  readonly messages: MessageLog
  readonly tally: Tally
  readonly clock: Clock
  readonly random: Random
}

/** The list that is the queue. */
export const QUEUE = 'demo:queue'

/** The channel that is listened to. */
export const CHANNEL = 'demo:messages'

const REST_MS = 12
const TAKE_WITHIN_SECONDS = 1

/** A queue that is filled and worked off, and messages that are published, until it is stopped. */
export class Errands {
  readonly #parts: ErrandParts
  readonly #running: Promise<unknown>[] = []
  #stopping = false

  constructor(parts: ErrandParts) {
    this.#parts = parts
  }

  start(): void {
    this.#running.push(this.#again(this.#produce), this.#again(this.#consume), this.#again(this.#speak))
  }

  /** Ends all of it; resolves once the last commands are answered. */
  async stop(): Promise<void> {
    this.#stopping = true
    await Promise.all(this.#running)
  }

  async #again(errand: () => Promise<void>): Promise<void> {
    while (!this.#stopping) await errand()
  }

  readonly #produce = async (): Promise<void> => {
    const { producer, queue, clock, random } = this.#parts
    const item = queue.nextItem()
    await this.#issue({
      send: () => producer.pushItem(QUEUE, item),
      done: () => queue.pushed(item),
      failed: () => {},
    })
    await pause(clock, REST_MS * (0.5 + random()), true)
  }

  readonly #consume = async (): Promise<void> => {
    const { consumer, queue, clock } = this.#parts
    await this.#issue({
      send: () => consumer.takeItem(QUEUE, TAKE_WITHIN_SECONDS),
      done: item => {
        if (item !== null) queue.took(item)
      },
      failed: () => queue.failedToTake(),
    })
    // A client that fails at once must not be asked without a pause.
    await pause(clock, 1, true)
  }

  readonly #speak = async (): Promise<void> => {
    const { publish, messages, clock, random } = this.#parts
    const message = messages.nextMessage(clock.epochMs())
    await publish(CHANNEL, message).catch(() => messages.unsaid(message))
    await pause(clock, REST_MS * (0.5 + random()), true)
  }

  async #issue<T>({ send, done, failed }: { send: () => Promise<T>; done: (reply: T) => void; failed: () => void }) {
    const { tally } = this.#parts
    const ticket = tally.begin()
    try {
      const reply = await send()
      tally.succeed(ticket)
      done(reply)
    } catch (error) {
      tally.fail(ticket, error)
      failed()
    }
  }
}
