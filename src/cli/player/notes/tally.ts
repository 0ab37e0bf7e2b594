import type { Clock } from '../../../base/clock.js'
import { textOf } from '../../program/error-text.js'
import { isConnectionLoss } from './connection-loss.js'
import { Latencies } from './latencies.js'

/** A command on its way. */
export interface Ticket {
  readonly number: number
  readonly startedAt: number
  readonly step: StepCounts
}

/** What happened to the commands that were issued during one step. */
export interface StepTally {
  readonly step: string
  readonly answered: number
  readonly failed: number
  /** Commands in flight on a connection that the server reset on purpose: nobody knows their fate. */
  readonly cut: number
  /** Commands without an answer so far. */
  readonly unanswered: number
  /** The longest that a command took, or takes, in milliseconds. */
  readonly longestMs: number
  readonly p99Ms: number
}

/** All commands so far, and the moment. */
export interface Sample {
  readonly answered: number
  readonly failed: number
  readonly cut: number
  /** Commands without an answer. */
  readonly unanswered: number
  /** How long the oldest of these has waited, in milliseconds. */
  readonly waitingMs: number
  /** The longest that any command took, in milliseconds. */
  readonly longestMs: number
  /** Commands answered since the last sample, and how long they took. */
  readonly recent: { readonly answered: number; readonly p99Ms: number; readonly longestMs: number }
}

interface StepCounts {
  readonly name: string
  /** Whether the server resets connections during it. */
  readonly resets: boolean
  answered: number
  failed: number
  cut: number
  readonly latencies: Latencies
}

/** Counts commands by the step in which they were issued. */
export class Tally {
  readonly #clock: Clock
  readonly #steps: StepCounts[] = []
  readonly #outstanding = new Set<Ticket>()
  readonly #failures = new Map<string, number>()
  #current: StepCounts
  readonly #recent = new Latencies()
  #issued = 0
  #wrong = 0
  /** The last command that may have been on a connection when it was reset. */
  #cutUpTo: number | undefined

  constructor(clock: Clock, step: string) {
    this.#clock = clock
    this.#current = this.#open(step, false)
  }

  /** Counts for another step from now on. In one that `resets`, commands on a lost connection are not failures. */
  enter(step: string, resets: boolean): void {
    this.#current = this.#open(step, resets)
    if (resets) this.#cutUpTo = undefined
  }

  /** A command is issued. */
  begin(): Ticket {
    this.#issued += 1
    const ticket = { number: this.#issued, startedAt: this.#clock.now(), step: this.#current }
    this.#outstanding.add(ticket)
    return ticket
  }

  /** It was answered. */
  succeed(ticket: Ticket): void {
    ticket.step.answered += 1
    this.#recent.add(this.#settle(ticket))
  }

  /** It failed. Returns whether that is a failure, or what a reset does to commands in flight. */
  fail(ticket: Ticket, error: unknown): 'failed' | 'cut' {
    this.#recent.add(this.#settle(ticket))
    if (this.#isCut(ticket, error)) {
      ticket.step.cut += 1
      return 'cut'
    }
    ticket.step.failed += 1
    const reason = textOf(error)
    this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + 1)
    return 'failed'
  }

  /** Something was wrong with an answer. */
  wrong(ticket: Ticket, reason: string): void {
    this.#wrong += 1
    ticket.step.answered -= 1
    ticket.step.failed += 1
    this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + 1)
  }

  /** How many commands were answered with something else than they should be. */
  get wrongAnswers(): number {
    return this.#wrong
  }

  /** Why commands failed, and how many for each reason. */
  failures(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#failures)
  }

  /** The steps so far. */
  steps(): readonly StepTally[] {
    const now = this.#clock.now()
    return this.#steps.map(step => {
      const waiting = [...this.#outstanding].filter(ticket => ticket.step === step)
      const { answered, failed, cut, latencies } = step
      return {
        step: step.name,
        answered,
        failed,
        cut,
        unanswered: waiting.length,
        longestMs: Math.max(latencies.longestMs, ...waiting.map(({ startedAt }) => now - startedAt)),
        p99Ms: latencies.quantile(0.99),
      }
    })
  }

  /** How long all answered commands took. */
  latencies(): Latencies {
    const all = new Latencies()
    for (const { latencies } of this.#steps) all.merge(latencies)
    return all
  }

  /** The counts, and what came since the last sample. */
  sample(): Sample {
    const [oldest] = this.#outstanding
    const waitingMs = oldest === undefined ? 0 : this.#clock.now() - oldest.startedAt
    const sum = (count: (step: StepCounts) => number): number =>
      this.#steps.reduce((total, step) => total + count(step), 0)
    const { count: answered, longestMs } = this.#recent
    const recent = { answered, p99Ms: this.#recent.quantile(0.99), longestMs }
    this.#recent.clear()
    return {
      answered: sum(step => step.answered),
      failed: sum(step => step.failed),
      cut: sum(step => step.cut),
      unanswered: this.#outstanding.size,
      waitingMs,
      longestMs: Math.max(waitingMs, ...this.#steps.map(({ latencies }) => latencies.longestMs)),
      recent,
    }
  }

  #open(name: string, resets: boolean): StepCounts {
    const step = { name, resets, answered: 0, failed: 0, cut: 0, latencies: new Latencies() }
    this.#steps.push(step)
    return step
  }

  #settle(ticket: Ticket): number {
    this.#outstanding.delete(ticket)
    const durationMs = this.#clock.now() - ticket.startedAt
    ticket.step.latencies.add(durationMs)
    return durationMs
  }

  /** Commands that were issued after the first one was cut went to another connection, or should have. */
  #isCut(ticket: Ticket, error: unknown): boolean {
    if (!this.#current.resets || !isConnectionLoss(error)) return false
    this.#cutUpTo ??= this.#issued
    return ticket.number <= this.#cutUpTo
  }
}
