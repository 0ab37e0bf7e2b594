import { FlowProducer, type Job, Queue, QueueEvents, Worker } from 'bullmq'
import { expect, onTestFinished } from 'vitest'
import { createDeferred } from '../../src/base/deferred.js'
import type { LibraryClient } from './client-libraries.js'

/** How jobs come into the queue. */
const KINDS = ['single', 'bulk', 'parent', 'child', 'scheduled'] as const

type JobKind = (typeof KINDS)[number]

/** What a job carries; those of a scheduler all carry the same. */
interface JobData {
  readonly kind: JobKind
  readonly key?: string
}

/** A job that is not added yet. */
interface NewJob {
  readonly name: string
  readonly data: Required<JobData>
  readonly opts: { readonly jobId?: string }
}

/** How a load is set up. */
export interface JobLoadOptions {
  /** Gives every job an id, so that it does no harm to add it twice. */
  readonly ownIds?: boolean
  /** How long a job belongs to a worker that says nothing more, in milliseconds. Default 30,000. */
  readonly lockDuration?: number
}

/** What a load found. */
export interface JobReport {
  /** Jobs that were added, by key. */
  readonly added: number
  /** Jobs that were completed, those of the scheduler among them. */
  readonly completed: number
  /** What adding failed with. */
  readonly refused: readonly string[]
  /** Jobs that failed for good, and why. */
  readonly failed: readonly string[]
  /** Jobs that were processed more than once. */
  readonly doubled: readonly string[]
  /** Jobs that were added and were not completed. */
  readonly lost: readonly string[]
  /** What worker, queue and events told as errors. */
  readonly errors: readonly string[]
}

const CONCURRENCY = 20
const PRODUCERS = 2
const BULK = 10
const TICK_MS = 50
const UNFINISHED = ['active', 'waiting', 'waiting-children', 'delayed', 'prioritized'] as const
/** Jobs that may wait or be processed at one time. */
const MOST_OPEN = 30

/** A queue with everything that BullMQ has around it: producers of each kind, a worker, a scheduler and somebody who listens. */
export class JobLoad {
  readonly #ownIds: boolean
  readonly #queue: Queue
  readonly #flows: FlowProducer
  readonly #events: QueueEvents
  readonly #worker: Worker
  readonly #added = new Set<string>()
  readonly #processed = new Map<string, number>()
  /** The keys of jobs by their ids. */
  readonly #keys = new Map<string, string>()
  readonly #heard = new Set<string>()
  readonly #refused: string[] = []
  readonly #errors: string[] = []
  #producing: Promise<unknown> = Promise.resolve()
  #running = true
  #count = 0
  #changed = createDeferred<void>()

  private constructor({ connection }: LibraryClient, options: JobLoadOptions) {
    this.#ownIds = options.ownIds === true
    const { lockDuration = 30_000 } = options
    this.#queue = new Queue('jobs', { connection })
    this.#flows = new FlowProducer({ connection })
    this.#events = new QueueEvents('jobs', { connection, lastEventId: '0-0' })
    this.#worker = new Worker('jobs', job => this.#process(job), {
      connection,
      concurrency: CONCURRENCY,
      lockDuration,
      stalledInterval: lockDuration / 2,
      // A server that comes and goes costs a job its lock more than once.
      maxStalledCount: 10,
    })
    this.#listen()
  }

  /** Starts everything, and resolves when jobs of each kind went all the way. */
  static async start(client: LibraryClient, options: JobLoadOptions = {}): Promise<JobLoad> {
    const load = new JobLoad(client, options)
    onTestFinished(() => load.#end())
    await Promise.all([load.#queue, load.#flows, load.#events, load.#worker].map(part => part.waitUntilReady()))
    await load.#queue.upsertJobScheduler('tick', { every: TICK_MS }, { data: { kind: 'scheduled' } })
    load.#producing = Promise.all([
      ...Array.from({ length: PRODUCERS }, () => load.#produce(() => load.#addOne())),
      load.#produce(() => load.#addBulk()),
      load.#produce(() => load.#addFlow()),
    ])
    await load.passes()
    return load
  }

  /** Resolves when a job of each kind was added from now on, was processed, and somebody heard of it. */
  async passes(): Promise<void> {
    const before = new Set(this.#keys.keys())
    const isThrough = (kind: JobKind): boolean =>
      [...this.#heard].some(id => !before.has(id) && this.#keys.get(id)?.startsWith(`${kind}:`) === true)
    while (!KINDS.every(isThrough)) {
      await this.#changed.promise
      this.#changed = createDeferred()
    }
  }

  /** Ends the producers, waits until nothing is left to do, and closes everything. */
  async stop(): Promise<JobReport> {
    this.#running = false
    await this.#producing
    await this.#queue.removeJobScheduler('tick')
    await expect.poll(() => this.#queue.getJobCountByTypes(...UNFINISHED)).toBe(0)
    const [completed, failed] = await Promise.all([this.#queue.getCompleted(), this.#queue.getFailed()])
    const unheard = () => completed.flatMap(job => (this.#heard.has(String(job.id)) ? [] : [keyOf(job)]))
    await expect.poll(unheard).toEqual([])
    await this.#end()
    const keys = new Set(completed.map(keyOf))
    return {
      added: this.#added.size,
      completed: completed.length,
      refused: this.#refused,
      failed: failed.map(job => `${keyOf(job)}: ${job.failedReason}`),
      doubled: [...this.#processed].flatMap(([key, times]) => (times > 1 ? [key] : [])),
      lost: [...this.#added].filter(key => !keys.has(key)),
      errors: this.#errors,
    }
  }

  #listen(): void {
    const note = (error: Error): void => void this.#errors.push(String(error))
    this.#queue.on('error', note)
    this.#flows.on('error', note)
    this.#events.on('error', note)
    this.#worker.on('error', note)
    this.#events.on('completed', ({ jobId }) => {
      this.#heard.add(jobId)
      this.#changed.resolve()
    })
  }

  async #process(job: Job<JobData>): Promise<void> {
    const key = keyOf(job)
    this.#keys.set(String(job.id), key)
    this.#processed.set(key, (this.#processed.get(key) ?? 0) + 1)
    if (job.data.kind === 'single') await job.updateProgress(50)
  }

  async #produce(add: () => Promise<void>): Promise<void> {
    while (this.#running) {
      while (this.#running && this.#added.size - this.#heard.size > MOST_OPEN) await nextTurn()
      await add()
    }
  }

  async #addOne(): Promise<void> {
    const job = this.#make('single')
    await this.#try([job], () => this.#queue.add(job.name, job.data, job.opts))
  }

  async #addBulk(): Promise<void> {
    const jobs = Array.from({ length: BULK }, () => this.#make('bulk'))
    await this.#try(jobs, () => this.#queue.addBulk(jobs))
  }

  async #addFlow(): Promise<void> {
    const [parent, ...children] = [this.#make('parent'), this.#make('child'), this.#make('child')]
    const flow = { ...parent, children: children.map(child => ({ ...child, queueName: 'jobs' })), queueName: 'jobs' }
    await this.#try([parent, ...children], () => this.#flows.add(flow))
  }

  async #try(jobs: readonly NewJob[], add: () => Promise<unknown>): Promise<void> {
    try {
      await add()
      for (const { data } of jobs) this.#added.add(data.key)
    } catch (error) {
      this.#refused.push(String(error))
      await nextTurn()
    }
  }

  #make(kind: JobKind): NewJob {
    this.#count += 1
    const key = `${kind}:${this.#count}`
    const opts = this.#ownIds ? { jobId: key.replace(':', '-') } : {}
    return { name: kind, data: { kind, key }, opts }
  }

  async #end(): Promise<void> {
    this.#running = false
    await this.#worker.close()
    await Promise.all([this.#queue, this.#flows, this.#events].map(part => part.close()))
  }
}

function keyOf({ data, id }: Job<JobData>): string {
  return data.key ?? `${data.kind}:${id}`
}

function nextTurn(): Promise<void> {
  return new Promise(resolve => {
    setImmediate(resolve)
  })
}
