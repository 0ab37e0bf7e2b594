import type { Clock } from '../../base/clock.js'
import { pause } from '../../base/pause.js'
import type { Random } from '../../base/random.js'
import { waitUntil } from '../program/wait-until.js'
import type { ApplicationClient } from './application-client.js'
import type { Ledger } from './notes/ledger.js'
import type { Tally } from './notes/tally.js'

/** What the load is made of. */
export interface WorkloadParts {
  readonly client: Pick<ApplicationClient, 'get' | 'set' | 'incr' | 'multi'>
  readonly ledger: Ledger
  readonly tally: Tally
  readonly clock: Clock
  readonly random: Random
  /** How many commands are under way at a time, apart from bursts. */
  readonly workers: number
  /** How long each worker rests after a command, in milliseconds. */
  readonly restMs: number
}

/** A command with what its answer means. */
interface Request<T> {
  readonly send: () => Promise<T>
  /** Takes the answer; returns what is wrong with it, if anything. */
  readonly check: (reply: T) => string | undefined
  /** It failed, and may or may not have been applied. */
  readonly doubt?: () => void
}

/** Who works, and what it wrote so far. */
interface Worker {
  readonly name: string
  readonly written: string[]
  writes: number
}

const BURST = 16

/** How many of a hundred turns are spent on what; the rest are bursts. */
const SHARES = { write: 45, read: 30, count: 15, transact: 5 } as const

const ASK_EVERY_MS = 20

/** A steady load on one client, every effect of which can be checked afterwards. */
export class Workload {
  readonly #parts: WorkloadParts
  #stopping = false
  #working = 0

  constructor(parts: WorkloadParts) {
    this.#parts = parts
  }

  /** Starts all workers. Their failures are counted and never end them. */
  start(): void {
    for (let index = 0; index < this.#parts.workers; index += 1) {
      this.#working += 1
      void this.#work({ name: `demo:${index}`, written: [], writes: 0 }).finally(() => {
        this.#working -= 1
      })
    }
  }

  /** Sends nothing more. Resolves with whether everything was answered in time. */
  stop(withinMs: number): Promise<boolean> {
    this.#stopping = true
    return waitUntil(() => this.#working === 0, { withinMs, everyMs: ASK_EVERY_MS, clock: this.#parts.clock })
  }

  async #work(worker: Worker): Promise<void> {
    const { clock, random, restMs } = this.#parts
    // Workers that start together would go on in step and never overlap with the server's work.
    await pause(clock, random() * restMs, true)
    while (!this.#stopping) {
      await this.#turn(worker)
      await pause(clock, restMs * (0.5 + random()), true)
    }
  }

  async #turn(worker: Worker): Promise<void> {
    const drawn = this.#parts.random() * 100
    const { write, read, count, transact } = SHARES
    if (drawn < write) return this.#write(worker)
    if (drawn < write + read) return this.#read(worker)
    if (drawn < write + read + count) return this.#count(worker)
    if (drawn < write + read + count + transact) return this.#transact(worker)
    const pipelined = Array.from({ length: BURST }, (_, index) =>
      index % 2 === 0 ? this.#write(worker) : this.#count(worker),
    )
    await Promise.all(pipelined)
  }

  #write(worker: Worker): Promise<void> {
    const { client, ledger } = this.#parts
    worker.writes += 1
    const key = `${worker.name}:${worker.writes}`
    const value = `value ${worker.writes} of ${worker.name}`
    return this.#issue({
      send: () => client.set(key, value),
      check: reply => {
        if (reply !== 'OK') return 'SET was not answered with OK'
        ledger.wrote(key, value)
        worker.written.push(key)
        return undefined
      },
    })
  }

  #read(worker: Worker): Promise<void> {
    const { client, ledger, random } = this.#parts
    const key = worker.written[Math.floor(random() * worker.written.length)]
    if (key === undefined) return this.#write(worker)
    const expected = ledger.valueOf(key)
    return this.#issue({
      send: () => client.get(key),
      check: reply => (reply === expected ? undefined : 'GET did not return what was acknowledged'),
    })
  }

  #count(worker: Worker): Promise<void> {
    const { client, ledger } = this.#parts
    const key = `${worker.name}:count`
    return this.#issue({
      send: () => client.incr(key),
      check: reply => {
        if (typeof reply !== 'number') return 'INCR was not answered with a number'
        ledger.counted(key)
        return undefined
      },
      doubt: () => ledger.doubted(key),
    })
  }

  #transact(worker: Worker): Promise<void> {
    const { client, ledger } = this.#parts
    const keys = [`${worker.name}:left`, `${worker.name}:right`] as const
    ledger.paired(...keys)
    return this.#issue({
      send: () => client.multi().incr(keys[0]).incr(keys[1]).exec(),
      check: ([left, right]) => {
        for (const key of keys) ledger.counted(key)
        return left === right ? undefined : 'EXEC gave different counts for two counters that must be equal'
      },
      doubt: () => {
        for (const key of keys) ledger.doubted(key)
      },
    })
  }

  async #issue<T>({ send, check, doubt }: Request<T>): Promise<void> {
    const { tally } = this.#parts
    const ticket = tally.begin()
    let reply: T
    try {
      reply = await send()
    } catch (error) {
      tally.fail(ticket, error)
      doubt?.()
      return
    }
    tally.succeed(ticket)
    const problem = check(reply)
    if (problem !== undefined) tally.wrong(ticket, problem)
  }
}
