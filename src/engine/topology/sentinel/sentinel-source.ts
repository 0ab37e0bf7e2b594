import type { Timer } from '../../../base/clock.js'
import { type Endpoint, sameEndpoint } from '../../../base/endpoint.js'
import { HitlessError } from '../../../base/errors.js'
import { SingleFlight } from '../../../base/single-flight.js'
import { type Answers, isDecided } from '../../../core/sentinel/primary-choice.js'
import {
  NEW_WATCH,
  type PrimaryWatch,
  placesToTry,
  type WatchEffect,
  type WatchInput,
  watchPrimary,
} from '../../../core/sentinel/primary-watch.js'
import { readAnnouncement, type SentinelAnnouncement } from '../../../core/sentinel/sentinel-announcement.js'
import { type NodeReport, readNodes } from '../../../core/sentinel/sentinel-reply.js'
import type { PrimaryListener, PrimarySource, TopologyListener } from '../../database/primary-source.js'
import { askAll, type RoundResult } from './asking-round.js'
import { PromotionObserver } from './promotion-observer.js'
import type { SentinelAccess, SentinelLine } from './sentinel-line.js'
import { SentinelSet } from './sentinel-set.js'
import { placesOf, TopologyChanges } from './topology-changes.js'

/** How the sentinels of one primary are found. */
export interface SentinelSettings {
  readonly access: SentinelAccess
  /** What the sentinels call the primary. */
  readonly name: string
  readonly seeds: readonly Endpoint[]
  /** Where a node is dialled that the sentinels know by another address. */
  readonly mapped: (endpoint: Endpoint) => Endpoint
  /** How often they are asked without a reason, in milliseconds: an announcement may be lost. */
  readonly pollEveryMs: number
}

/** The sentinels of one primary, for all clients of it in this process. */
export class SentinelSource implements PrimarySource {
  readonly #settings: SentinelSettings
  readonly #listener: PrimaryListener
  readonly #set: SentinelSet
  readonly #promotion: PromotionObserver
  readonly #asking = new SingleFlight<RoundResult>()
  readonly #changes = new TopologyChanges()
  #watch: PrimaryWatch = NEW_WATCH
  #replicas: readonly Endpoint[] = []
  #isRunning = false
  #poll: Timer | undefined
  #again: Timer | undefined

  constructor(settings: SentinelSettings, listener: PrimaryListener) {
    this.#settings = settings
    this.#listener = listener
    this.#promotion = new PromotionObserver({
      clock: settings.access.clock,
      listener,
      onPromoted: endpoint => this.#isRunning && this.#input({ type: 'promoted', endpoint }),
    })
    this.#set = new SentinelSet(settings.seeds, settings.access, {
      onUp: line => {
        this.#changes.sentinel(this.sentinel)
        void this.#learn(line)
        // What it announced while it was away was missed, and what was found out without it may be wrong.
        void this.#ask()
      },
      onDown: ({ endpoint }, error) => {
        this.#changes.tell({ type: 'sentinel-failed', endpoint, error })
        this.#changes.sentinel(this.sentinel)
      },
      onPublished: (channel, message) => {
        const announcement = readAnnouncement(channel, message, settings.name)
        if (announcement !== undefined) this.#announce(announcement)
      },
    })
  }

  /** A sentinel that listens; `undefined` where none does. */
  get sentinel(): Endpoint | undefined {
    return this.sentinels[0]
  }

  /** All that listen: of the options, and others that were named since. */
  get sentinels(): readonly Endpoint[] {
    return this.#set.listening.map(({ endpoint }) => endpoint)
  }

  /** Those that the sentinels can reach. */
  get replicas(): readonly Endpoint[] {
    return this.#replicas
  }

  listen(listener: TopologyListener): () => void {
    return this.#changes.listen(listener)
  }

  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#set.start()
    this.#schedulePoll()
  }

  stop(): void {
    this.#isRunning = false
    this.#poll?.dispose()
    this.#again?.dispose()
    this.#promotion.end()
    this.#set.stop()
    this.#watch = NEW_WATCH
    this.#replicas = []
    this.#changes.end()
  }

  async resolve(): Promise<readonly Endpoint[]> {
    this.start()
    const { failures } = await this.#ask()
    const places = placesToTry(this.#watch)
    if (places.length > 0) return places
    const reached = this.#set.lines.length - failures.length
    const { name } = this.#settings
    throw this.#unknown(
      reached > 0
        ? `No sentinel knows a primary with the name ${name}`
        : `None of the sentinels is available that are asked for ${name}`,
      failures[0],
    )
  }

  unconfirmed(cause: unknown): Error {
    return this.#unknown(
      `No node that the sentinels name for ${this.#settings.name} says that it is the primary`,
      cause,
    )
  }

  confirm(endpoint: Endpoint): void {
    this.#input({ type: 'verified', endpoint, isPrimary: true })
  }

  #unknown(message: string, cause: unknown): HitlessError {
    const facts = { name: this.#settings.name, sentinels: this.#set.endpoints }
    return new HitlessError('PRIMARY_UNKNOWN', message, { retryable: true, cause, facts })
  }

  #announce(announcement: SentinelAnnouncement): void {
    const { mapped } = this.#settings
    const own = announcement.type === 'switched' ? { ...announcement, to: mapped(announcement.to) } : announcement
    const primary = this.#watch.primary?.endpoint
    if (own.type === 'began' && primary !== undefined) this.#promotion.prepare([primary, ...this.#replicas])
    if (own.type === 'chosen') this.#promotion.told(mapped(own.replica), primary)
    if (own.type === 'switched') this.#promotion.told(own.to, primary)
    if (own.type === 'given-up') this.#promotion.end()
    this.#input({ type: 'announced', announcement: own })
  }

  #ask(): Promise<RoundResult> {
    const { name, access, mapped } = this.#settings
    return this.#asking.run(async () => {
      const isDecidedNow = (answers: Answers): boolean => isDecided(answers, this.#watch.primary)
      const { lines } = this.#set
      const needsMost = this.#watch.primary === undefined
      const result = await askAll({ lines, name, clock: access.clock, isDecided: isDecidedNow, needsMost })
      const reports = result.reports.map(report => ({ ...report, endpoint: mapped(report.endpoint) }))
      if (this.#isRunning) this.#input({ type: 'answered', reports, asked: result.asked })
      return result
    })
  }

  #input(input: WatchInput): void {
    const { clock } = this.#settings.access
    const wasPrimary = this.#watch.primary
    const { watch, effects } = watchPrimary(this.#watch, input, clock.now())
    this.#watch = watch
    const { primary } = watch
    const isNew = primary !== undefined && !(wasPrimary && sameEndpoint(wasPrimary.endpoint, primary.endpoint))
    if (isNew) this.#changes.tell({ type: 'primary', endpoint: primary.endpoint })
    for (const effect of effects) this.#perform(effect)
  }

  #perform(effect: WatchEffect): void {
    switch (effect.type) {
      case 'ask':
        return this.#askLater(effect.afterMs)
      case 'verify':
        return void this.#verify(effect.endpoint)
      case 'switch':
        void this.listReplicas()
        this.#listener.onSwitch(effect.endpoint)
        // Writes wait for the hand-off from now on, where there is one.
        return this.#promotion.end()
      case 'relax':
        return this.#listener.onAway(effect.forMs)
      case 'end-relaxation':
        return this.#listener.onAway(undefined)
      case 'list-sentinels':
        return this.#set.listening.forEach(line => void this.#learn(line))
      default:
        return void this.listReplicas()
    }
  }

  #askLater(afterMs: number): void {
    this.#again?.dispose()
    if (afterMs === 0) return void this.#ask()
    this.#again = this.#settings.access.clock.after(afterMs, () => this.#input({ type: 'due' }))
  }

  async #verify(endpoint: Endpoint): Promise<void> {
    const isPrimary = await this.#listener.verify(endpoint)
    if (this.#isRunning) this.#input({ type: 'verified', endpoint, isPrimary })
  }

  /** Asks one sentinel for the others and for the replicas. */
  async #learn(line: SentinelLine): Promise<void> {
    try {
      const [listed] = await line.ask([['SENTINEL', 'SENTINELS', this.#settings.name]])
      if (!this.#isRunning) return
      this.#set.learn(this.#listed(listed))
      this.#changes.sentinels(this.#set.endpoints)
      await this.listReplicas(line)
    } catch {
      // It does not know the primary, or is gone: then it tries again by itself.
    }
  }

  async listReplicas(line: SentinelLine | undefined = this.#set.listening[0]): Promise<void> {
    const { name } = this.#settings
    const reply = await line?.ask([['SENTINEL', 'REPLICAS', name]]).catch(() => undefined)
    if (reply === undefined || !this.#isRunning) return
    const endpoints = this.#listed(reply[0]).flatMap(({ endpoint, isUp }) => (isUp ? [endpoint] : []))
    if (placesOf(endpoints) === placesOf(this.#replicas)) return
    this.#replicas = endpoints
    this.#changes.tell({ type: 'replicas', endpoints })
  }

  /** Sentinels and replicas, where they are dialled. */
  #listed(reply: unknown): readonly NodeReport[] {
    return readNodes(reply).map(node => ({ ...node, endpoint: this.#settings.mapped(node.endpoint) }))
  }

  #schedulePoll(): void {
    const { access, pollEveryMs } = this.#settings
    this.#poll = access.clock.after(pollEveryMs, () => {
      void this.#ask()
      // A sentinel that was away when they were listed is not announced when it comes back.
      const [line] = this.#set.listening
      if (line !== undefined) void this.#learn(line)
      this.#schedulePoll()
    })
  }
}
