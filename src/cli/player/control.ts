import type { Clock } from '../../base/clock.js'
import { pause } from '../../base/pause.js'
import { createAuditor, discard } from './clients.js'

const PING_EVERY_MS = 3

/**
 * An ordinary connection to a node that nothing ever happens to, in the same processes. What it waits is what the machine
 * costs, so that it can be told from what maintenance costs.
 */
export class Control {
  readonly #client: ReturnType<typeof createAuditor>
  readonly #clock: Clock
  readonly #longest = new Map<string, number>()
  #step: string
  readonly #ended: Promise<void>
  #stopped = false

  private constructor(client: ReturnType<typeof createAuditor>, clock: Clock, step: string) {
    this.#client = client
    this.#clock = clock
    this.#step = step
    this.#ended = this.#work()
  }

  /** Connects, and starts to measure. */
  static async start(url: string, clock: Clock, step: string): Promise<Control> {
    const client = createAuditor(url)
    await client.connect()
    return new Control(client, clock, step)
  }

  /** Measures for another step from now on. */
  enter(step: string): void {
    this.#step = step
  }

  /** The longest that a command took during a step, in milliseconds. */
  longestMs(step: string): number {
    return this.#longest.get(step) ?? 0
  }

  /** Ends the connection. Never rejects. */
  async stop(): Promise<void> {
    this.#stopped = true
    discard(this.#client)
    await this.#ended
  }

  async #work(): Promise<void> {
    while (!this.#stopped) {
      const startedAt = this.#clock.now()
      const step = this.#step
      try {
        await this.#client.get('control')
      } catch {
        return
      }
      const tookMs = this.#clock.now() - startedAt
      this.#longest.set(step, Math.max(this.#longest.get(step) ?? 0, tookMs))
      await pause(this.#clock, PING_EVERY_MS, true)
    }
  }
}
