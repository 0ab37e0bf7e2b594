import type { Clock, Timer } from '../../base/clock.js'
import { withDeadline } from '../../base/deadline.js'
import { createSeededRandom } from '../../base/random.js'
import { textOf } from '../program/error-text.js'
import type { ApplicationClient } from './application-client.js'
import { type CreateClient, discard } from './clients.js'
import { Control } from './control.js'
import { IncidentLog } from './notes/incident-log.js'
import { type Audit, Ledger } from './notes/ledger.js'
import type { QueueAudit } from './notes/queue-ledger.js'
import { readBack } from './notes/read-back.js'
import { Tally } from './notes/tally.js'
import type { PlayerOrder, PlayerReport, PlayerResult, PlayerSettings } from './player-messages.js'
import { SideTraffic } from './side-traffic.js'
import { Workload } from './workload.js'

const FIRST_STEP = 'connecting'
const SAMPLE_EVERY_MS = 100
const CLOSE_WITHIN_MS = 3_000
const AUDIT_WITHIN_MS = 8_000

/** What a player works with. */
export interface PlayerParts {
  readonly create: CreateClient
  /** Makes what takes items and listens. Default the same. */
  readonly createSingle?: CreateClient
  /** Takes everything that is told, but the result. */
  readonly report: (report: PlayerReport) => void
  readonly clock: Clock
}

/** One client under load, and an account of what happens to it. */
export class Player {
  readonly #settings: PlayerSettings
  readonly #report: (report: PlayerReport) => void
  readonly #clock: Clock
  readonly #log: IncidentLog
  readonly #ledger = new Ledger()
  readonly #tally: Tally
  readonly #client: ApplicationClient
  readonly #workload: Workload
  readonly #side: SideTraffic | undefined
  #control: Control | undefined
  #sampling: Timer | undefined
  #recording: { stop(): Promise<void> } | undefined

  constructor(settings: PlayerSettings, { create, createSingle = create, report, clock }: PlayerParts) {
    const { url, seed, workers, restMs } = settings
    this.#settings = settings
    this.#report = report
    this.#clock = clock
    this.#log = new IncidentLog(text => report({ type: 'note', text }))
    this.#tally = new Tally(clock, FIRST_STEP)
    this.#client = create(url, this.#log)
    const [ledger, tally, random] = [this.#ledger, this.#tally, createSeededRandom(seed)]
    const client = this.#client
    this.#workload = new Workload({ client, ledger, tally, clock, random, workers, restMs })
    if (settings.traffic === 'all') {
      const make = (): ApplicationClient => createSingle(url, this.#log)
      this.#side = new SideTraffic({ producer: client, make, controlUrl: settings.controlUrl, tally, clock, random })
    }
  }

  /** Connects, and begins to send. Rejects where the server cannot be reached. */
  async start(): Promise<void> {
    const { record } = this.#settings
    if (record !== undefined) this.#recording = await this.#client.record?.(record)
    await this.#client.connect()
    await this.#side?.start()
    this.#control = await Control.start(this.#settings.controlUrl, this.#clock, FIRST_STEP)
    this.#workload.start()
    this.#sample()
  }

  /** Counts for another step from now on. */
  enter({ step, resets }: Extract<PlayerOrder, { type: 'enter' }>): void {
    this.#tally.enter(step, resets)
    this.#control?.enter(step)
  }

  /** A rejection that nobody handled. */
  unhandled(error: unknown): void {
    this.#log.unhandled(error)
  }

  /** Sends nothing more, waits for the answers, closes the client, and compares with what the server holds. */
  async finish(withinMs: number): Promise<PlayerResult> {
    const stopping = [this.#workload.stop(withinMs), this.#side?.stop(withinMs) ?? Promise.resolve(true)]
    const answered = (await Promise.all(stopping)).every(Boolean)
    this.#sampling?.dispose()
    const [total, latencies] = [this.#tally.sample(), this.#tally.latencies()]
    const steps = this.#tally.steps().map(step => ({ ...step, controlMs: this.#control?.longestMs(step.step) ?? 0 }))
    await this.#control?.stop()
    // What is still on its way may arrive while the server is read: only a quiet client can be audited.
    const closed = await this.#close(answered)
    await this.#recording?.stop()
    return {
      total,
      p50Ms: latencies.quantile(0.5),
      p99Ms: latencies.quantile(0.99),
      steps,
      failures: this.#tally.failures(),
      incidents: this.#log.counts(),
      handoffs: this.#log.handoffs,
      audit: await this.#audit(),
      wrong: this.#tally.wrongAnswers,
      queue: await this.#readQueue(),
      messages: this.#side?.messages(),
      closed,
    }
  }

  #sample(): void {
    this.#report({ type: 'sample', sample: this.#tally.sample(), incidents: this.#log.counts() })
    this.#sampling = this.#clock.after(SAMPLE_EVERY_MS, () => this.#sample())
  }

  /** Resolves with whether the client could be closed as an application would. */
  async #close(answered: boolean): Promise<boolean> {
    const client = this.#client
    try {
      // Closing waits for answers, and some never come.
      if (answered) await this.#soon(client.close(), CLOSE_WITHIN_MS)
      else discard(client)
      return answered
    } catch (error) {
      this.#log.note(`the client could not be closed: ${textOf(error)}`)
      discard(client)
      return false
    }
  }

  async #audit(): Promise<Audit | undefined> {
    const { controlUrl } = this.#settings
    try {
      return this.#ledger.audit(await this.#soon(readBack(controlUrl, this.#ledger.keys()), AUDIT_WITHIN_MS))
    } catch (error) {
      this.#log.note(`the server could not be read: ${textOf(error)}`)
      return undefined
    }
  }

  async #readQueue(): Promise<QueueAudit | undefined> {
    try {
      return this.#side === undefined ? undefined : await this.#soon(this.#side.queue(), AUDIT_WITHIN_MS)
    } catch (error) {
      this.#log.note(`the queue could not be read: ${textOf(error)}`)
      return undefined
    }
  }

  #soon<T>(promise: Promise<T>, withinMs: number): Promise<T> {
    const onLate = (): never => {
      throw new Error(`It took more than ${withinMs} ms`)
    }
    return withDeadline(promise, { clock: this.#clock, withinMs, onLate })
  }
}
