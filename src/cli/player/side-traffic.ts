import type { Clock } from '../../base/clock.js'
import type { Random } from '../../base/random.js'
import { waitUntil } from '../program/wait-until.js'
import type { ApplicationClient, ErrandClient } from './application-client.js'
import { createAuditor, discard } from './clients.js'
import { CHANNEL, Errands, QUEUE } from './errands.js'
import { type MessageAudit, MessageLog } from './notes/message-log.js'
import { type QueueAudit, QueueLedger } from './notes/queue-ledger.js'
import type { Tally } from './notes/tally.js'

/** What the traffic beside the commands is made of. */
export interface SideTrafficParts {
  /** The client under load, which fills the queue. */
  readonly producer: Pick<ErrandClient, 'pushItem'>
  /** Makes a client for a connection of its own. */
  readonly make: () => ApplicationClient
  /** A node that nothing happens to. */
  readonly controlUrl: string
  readonly tally: Tally
  readonly clock: Clock
  readonly random: Random
}

const ASK_EVERY_MS = 20

/** What is said at the end, until it is heard. */
const LAST = 'last'

/** A queue and messages beside the commands, each over a client of its own, and the account of both. */
export class SideTraffic {
  readonly #parts: SideTrafficParts
  readonly #queue = new QueueLedger()
  readonly #messages = new MessageLog()
  readonly #consumer: ApplicationClient
  readonly #listener: ApplicationClient
  readonly #control: ReturnType<typeof createAuditor>
  readonly #errands: Errands

  constructor(parts: SideTrafficParts) {
    const { producer, make, controlUrl, tally, clock, random } = parts
    this.#parts = parts
    this.#consumer = make()
    this.#listener = make()
    this.#control = createAuditor(controlUrl)
    const publish = (channel: string, message: string): Promise<unknown> => this.#control.publish(channel, message)
    const [queue, messages, consumer] = [this.#queue, this.#messages, this.#consumer]
    this.#errands = new Errands({ producer, consumer, publish, queue, messages, tally, clock, random })
  }

  /** Connects, listens and begins. Rejects where a server cannot be reached. */
  async start(): Promise<void> {
    await Promise.all([this.#consumer.connect(), this.#listener.connect(), this.#control.connect()])
    this.#listener.onInterrupted?.(interruption => this.#messages.interrupted(interruption))
    await this.#listener.listen(CHANNEL, message => this.#messages.heard(message))
    this.#errands.start()
  }

  /** Ends it, and resolves with whether everything was answered in time. */
  async stop(withinMs: number): Promise<boolean> {
    let isOver = false
    void this.#errands.stop().then(() => {
      isOver = true
    })
    const { clock } = this.#parts
    const settings = { withinMs, everyMs: ASK_EVERY_MS, clock }
    const answered = await waitUntil(() => isOver, settings)
    // A client that is about to listen again tells only then that messages may be missing.
    await waitUntil(() => this.#isHeard(), settings)
    return answered
  }

  #isHeard(): boolean {
    if (this.#messages.has(LAST)) return true
    void this.#control.publish(CHANNEL, LAST).catch(() => {})
    return false
  }

  messages(): MessageAudit {
    return this.#messages.audit()
  }

  /** Ends the clients, and compares with what is left in the queue. Rejects where that cannot be read. */
  async queue(): Promise<QueueAudit> {
    discard(this.#consumer)
    discard(this.#listener)
    try {
      return this.#queue.audit(await this.#control.lRange(QUEUE, 0, -1))
    } finally {
      discard(this.#control)
    }
  }
}
