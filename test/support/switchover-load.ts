import { onTestFinished } from 'vitest'
import type { HitlessClient, HitlessClientPool } from '../../src/adapters/node-redis/index.js'
import { systemClock } from '../../src/base/clock.js'
import { createDeferred, type Deferred } from '../../src/base/deferred.js'
import { pause } from '../../src/base/pause.js'

/** How each write of a load is sent. */
export type WriteKind = 'single' | 'pipeline' | 'script' | 'multi' | 'scripts in a multi'

/** Who writes. */
export type Writer = HitlessClient | HitlessClientPool

/** A write that was not acknowledged. */
export interface FailedWrite {
  readonly id: string
  readonly error: unknown
}

/** What a load did. */
export interface SwitchoverReport {
  /** The ids that were acknowledged. */
  readonly acknowledged: ReadonlySet<string>
  readonly failed: readonly FailedWrite[]
  /** The longest time between two acknowledgments of a worker, in milliseconds. */
  readonly longestPauseMs: number
}

/** Workers that write, each one after the other. */
export interface SwitchoverLoad {
  /** Writes that wait for their answer now. */
  readonly inFlight: number
  readonly acknowledged: number
  readonly failed: readonly FailedWrite[]
  /** Resolves when so many writes were acknowledged from now on. */
  hasWritten(count: number): Promise<void>
  /** Resolves with when the last worker had a write acknowledged after a moment of `systemClock.now()`. */
  everyWorkerWrote(after: number): Promise<number>
  /** Resolves at the next failure. */
  nextFailure(): Promise<FailedWrite>
  stop(): Promise<SwitchoverReport>
}

/** The list that a worker's ids are appended to, and the counter that each write counts up. */
const LIST = 'switchover:ids'
const COUNT = 'switchover:count'

const SCRIPT = "redis.call('RPUSH', KEYS[1], ARGV[1]) return redis.call('INCR', KEYS[2])"

const WRITES: Readonly<Record<WriteKind, (writer: Writer, id: string) => Promise<unknown>>> = {
  single: (writer, id) => writer.rPush(LIST, id),
  pipeline: (writer, id) => writer.multi().rPush(LIST, id).incr(COUNT).execAsPipeline(),
  script: (writer, id) => writer.eval(SCRIPT, { keys: [LIST, COUNT], arguments: [id] }),
  multi: (writer, id) => writer.multi().rPush(LIST, id).incr(COUNT).exec(),
  'scripts in a multi': (writer, id) =>
    writer
      .multi()
      .eval('return 1')
      .eval(SCRIPT, { keys: [LIST, COUNT], arguments: [id] })
      .exec(),
}

/** After so many failures nothing is written any more. */
const MOST_FAILED = 1_000

/**
 * Starts workers that write, each write under an id of its own. They end with the test at the latest, or when too many
 * writes have failed; those that wait for them learn so.
 *
 * @param restMs - How long a worker rests after each write. 0 lets all of them write as fast as they can, which takes a
 * processor for as long as the test lasts.
 */
export function startSwitchoverLoad(writer: Writer, kind: WriteKind, workers = 32, restMs = 0): SwitchoverLoad {
  const load = new Load(id => WRITES[kind](writer, id), restMs)
  onTestFinished(() => load.end())
  return load.start(workers)
}

/** What a server holds of what a load wrote. */
export interface WrittenIds {
  /** Acknowledged, but not there. */
  readonly missing: readonly string[]
  /** There more than once. */
  readonly doubled: readonly string[]
  /** Not acknowledged, but there. */
  readonly unacknowledged: readonly string[]
}

/** Compares a report with what a server relaxations. */
export async function compareWritten(
  server: { lRange(key: string, start: number, stop: number): Promise<readonly string[]> },
  { acknowledged }: SwitchoverReport,
): Promise<WrittenIds> {
  const ids = await server.lRange(LIST, 0, -1)
  const seen = new Set(ids)
  return {
    missing: [...acknowledged].filter(id => !seen.has(id)),
    doubled: doublesOf(ids),
    unacknowledged: [...seen].filter(id => !acknowledged.has(id)),
  }
}

function doublesOf(ids: readonly string[]): readonly string[] {
  const sorted = [...ids].sort()
  return sorted.filter((id, at) => id === sorted[at - 1])
}

class Load implements SwitchoverLoad {
  inFlight = 0
  readonly failed: FailedWrite[] = []
  readonly #write: (id: string) => Promise<unknown>
  readonly #restMs: number
  readonly #acknowledged = new Set<string>()
  readonly #lastAt = new Map<number, number>()
  #longestPauseMs = 0
  #working: Promise<unknown> = Promise.resolve()
  #running = true
  #written: Deferred<void> = createDeferred()
  #failure: Deferred<FailedWrite> = createDeferred()

  constructor(write: (id: string) => Promise<unknown>, restMs: number) {
    this.#write = write
    this.#restMs = restMs
  }

  get acknowledged(): number {
    return this.#acknowledged.size
  }

  start(workers: number): this {
    this.#working = Promise.all(Array.from({ length: workers }, (_, worker) => this.#work(worker)))
    return this
  }

  async hasWritten(count: number): Promise<void> {
    const until = this.acknowledged + count
    while (this.acknowledged < until) await this.#nextWritten()
  }

  async everyWorkerWrote(after: number): Promise<number> {
    while ([...this.#lastAt.values()].some(at => at <= after)) await this.#nextWritten()
    return Math.max(...this.#lastAt.values())
  }

  nextFailure(): Promise<FailedWrite> {
    return this.#failure.promise
  }

  end(): void {
    this.#running = false
  }

  async stop(): Promise<SwitchoverReport> {
    this.end()
    await this.#working
    return { acknowledged: this.#acknowledged, failed: this.failed, longestPauseMs: this.#longestPauseMs }
  }

  async #work(worker: number): Promise<void> {
    this.#lastAt.set(worker, systemClock.now())
    for (let round = 0; this.#running; round++) {
      const id = `${worker}:${round}`
      this.inFlight += 1
      try {
        await this.#write(id)
        this.#acknowledge(worker, id)
      } catch (error) {
        this.#fail({ id, error })
        // A client that fails at once would otherwise keep the process to itself.
        await new Promise<void>(resolve => {
          setImmediate(resolve)
        })
      } finally {
        this.inFlight -= 1
      }
      if (this.#restMs > 0) await pause(systemClock, this.#restMs)
    }
  }

  #acknowledge(worker: number, id: string): void {
    const at = systemClock.now()
    this.#longestPauseMs = Math.max(this.#longestPauseMs, at - (this.#lastAt.get(worker) ?? at))
    this.#lastAt.set(worker, at)
    this.#acknowledged.add(id)
    this.#written.resolve()
    this.#written = createDeferred()
  }

  async #nextWritten(): Promise<void> {
    if (this.failed.length >= MOST_FAILED)
      throw new Error('Too many writes failed', { cause: this.failed.at(-1)?.error })
    await this.#written.promise
  }

  #fail(failure: FailedWrite): void {
    this.failed.push(failure)
    if (this.failed.length === MOST_FAILED) {
      this.end()
      this.#written.resolve()
    }
    this.#failure.resolve(failure)
    this.#failure = createDeferred()
  }
}
