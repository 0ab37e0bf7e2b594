import { checkDueAt, judgeLiveness, type LivenessPolicy } from '../../../core/health/liveness.js'
import type { BlockedSpan } from '../../commands/blocking/blocked-command.js'
import type { Context } from '../../database/context.js'
import type { LivenessOwner, MonitoredConnection } from './liveness-owner.js'
import { type Tick, type TickerMember, tickerOf } from './shared-ticker.js'

/** What a watch works with. */
export interface LivenessContext extends Pick<Context, 'clock' | 'random'> {
  readonly maint: LivenessPolicy
}

/** The time between two checks, in milliseconds. */
const LOOK_EVERY_MS = { most: 250, least: 20 } as const

/** For how long a connection that owed nothing is not looked at closely while the application sends nothing, in milliseconds. */
const REST_MS = 1_000

/** How late a check comes where the process stood still for so long that connections may have been dropped, in milliseconds. */
const STOOD_STILL_MS = 3_000

/** How many checks there are within the time after which a connection is unresponsive. */
const LOOKS_PER_SILENCE = 12

/** The random deviation of intervals, in both directions, as a share of them. */
const JITTER = 0.1

/** How long after the report an unresponsive connection is reported again, in milliseconds. */
const TELL_AGAIN_MS = 15_000

/**
 * Checks without an answer in a row after which a connection counts as unresponsive: its server answers no other
 * connection either.
 */
const CHECKS_IN_VAIN = 2

/** The least time for the answer after the server has said that it released a blocking command. */
const SHARE_AFTER_CHECK = 1 / 3

/** Watches the connection that serves a link. */
export class LivenessMonitor<C extends MonitoredConnection> implements TickerMember {
  readonly everyMs: number
  readonly #context: LivenessContext
  readonly #owner: LivenessOwner<C>
  #watched: C | undefined
  #owedSince: number | undefined
  /** When it was last asked, by a PING or on another connection. */
  #askedAt = 0
  #isChecking = false
  #checksInVain = 0
  #silentAt: number | undefined
  #stretch = 1
  /** Until when it is left alone, unless the application sends something: the count of what it had sent. */
  #restsUntil = 0
  #writtenAtRest = 0

  constructor(context: LivenessContext, owner: LivenessOwner<C>) {
    this.#context = context
    this.#owner = owner
    const { unresponsiveTimeoutMs } = context.maint
    const wishedMs = unresponsiveTimeoutMs === false ? LOOK_EVERY_MS.most : unresponsiveTimeoutMs / LOOKS_PER_SILENCE
    this.everyMs = Math.max(Math.min(wishedMs, LOOK_EVERY_MS.most), LOOK_EVERY_MS.least)
  }

  /** Watches a connection in place of the one before. A second call for the same one does nothing. */
  watch(connection: C | undefined): void {
    if (connection === this.#watched) return
    this.#watched = connection
    this.#owedSince = undefined
    this.#silentAt = undefined
    this.#isChecking = false
    this.#checksInVain = 0
    this.#restsUntil = 0
    const { clock } = this.#context
    if (connection === undefined) return tickerOf(clock).leave(this)
    this.#ask(clock.now())
    tickerOf(clock).join(this)
  }

  /** For how long the connection has owed answers and sent nothing, to within a check, in milliseconds. */
  get unansweredMs(): number {
    if (this.#owedSince === undefined || this.#watched?.owesAnswers !== true) return 0
    return this.#context.clock.now() - Math.max(this.#owedSince, this.#watched.lastHeardAt)
  }

  /** It did not answer what somebody else asked it. */
  doubt(connection: C): void {
    if (connection !== this.#watched) return
    this.#silentAt = this.#context.clock.now()
    this.#restsUntil = 0
  }

  /** Ends the watch. */
  stop(): void {
    this.watch(undefined)
  }

  /** Checks the connection. */
  onTick({ now, lateMs }: Tick): void {
    const watched = this.#watched
    if (watched === undefined || (lateMs < STOOD_STILL_MS && this.#goesOnResting(watched, now))) return
    if (!watched.isReady) return
    if (lateMs >= STOOD_STILL_MS) this.#noteStandstill(watched)
    if (this.#isAtRest(watched, now)) return
    if (this.#silentAt !== undefined) {
      if (watched.lastHeardAt <= this.#silentAt) return this.#tellAgain(watched, now)
      this.#silentAt = undefined
      return this.#owner.onRecovered(watched)
    }
    const blocked = this.#blockedSpan(watched, now)
    const isHeldUp = lateMs >= this.everyMs
    this.#noteDebt(watched, { now, isBlocked: blocked !== undefined, isHeldUp })
    // Bytes that arrived while the process stood still have not been read yet.
    if (!isHeldUp) this.#judge(watched, now, blocked)
  }

  /** What is owed gets its whole time again. Where nothing is owed, only an answer can tell. */
  #noteStandstill(watched: C): void {
    if (watched.owesAnswers || watched.isTied || this.#silentAt !== undefined) return
    if (this.#context.maint.unresponsiveTimeoutMs !== false) this.#owner.onStoodStill(watched)
  }

  /** Nearly every check ends here, and there may be thousands at once: what has been found lately is not looked up again. */
  #goesOnResting(watched: C, now: number): boolean {
    return now < this.#restsUntil && watched.written === this.#writtenAtRest
  }

  /** Whether a connection owes nothing and sent something lately. */
  #isAtRest(watched: C, now: number): boolean {
    if (this.#goesOnResting(watched, now)) return true
    this.#restsUntil = 0
    if (watched.owesAnswers || this.#silentAt !== undefined) return false
    this.#owedSince = undefined
    const { isListening: listening } = this.#owner
    const policy = this.#context.maint
    const heardAt = Math.max(watched.lastHeardAt, this.#askedAt)
    const dueAt = checkDueAt(heardAt, policy, { listening, blocked: false, stretch: this.#stretch })
    if (now >= dueAt) return false
    this.#writtenAtRest = watched.written
    this.#restsUntil = Math.min(dueAt, now + REST_MS)
    return true
  }

  /** The listener may have been busy with something else. */
  #tellAgain(watched: C, now: number): void {
    if (now - (this.#silentAt ?? now) < TELL_AGAIN_MS) return
    this.#silentAt = now
    this.#owner.onUnresponsive(watched, now - watched.lastHeardAt)
  }

  /** A blocking command past its own timeout owes an answer like any other. */
  #blockedSpan(watched: C, now: number): BlockedSpan | undefined {
    const blocked = this.#owner.blockedSpan(watched)
    return blocked !== undefined && now < blocked.untilAt ? blocked : undefined
  }

  #noteDebt(watched: C, { now, isBlocked, isHeldUp }: { now: number; isBlocked: boolean; isHeldUp: boolean }): void {
    if (isBlocked || !watched.owesAnswers) this.#owedSince = undefined
    else if (isHeldUp) this.#owedSince = now
    else this.#owedSince = Math.max(this.#owedSince ?? now, watched.lastHeardAt)
  }

  #judge(watched: C, now: number, blocked: BlockedSpan | undefined): void {
    const owner = this.#owner
    const verdict = judgeLiveness(
      {
        now,
        heardAt: Math.max(watched.lastHeardAt, this.#askedAt, blocked?.sinceAt ?? 0),
        owedSince: this.#owedSince,
        blocked: blocked !== undefined,
        listening: owner.isListening,
        monitoring: owner.isMonitoring || isMuted(watched),
        stretch: this.#stretch,
      },
      this.#context.maint,
    )
    if (verdict === 'ping') this.#ping(watched, now)
    else if (verdict === 'check-blocked') this.#check(watched, now)
    else if (verdict === 'unresponsive') {
      this.#silentAt = now
      owner.onUnresponsive(watched, now - (this.#owedSince ?? now))
    }
  }

  #ping(watched: C, now: number): void {
    // Inside a MULTI of the application a PING would become part of the MULTI.
    if (watched.isTied || watched.greeting === 'left-out') return
    this.#ask(now)
    watched.ping().catch(() => {})
  }

  #check(watched: C, now: number): void {
    if (this.#isChecking) return
    this.#ask(now)
    this.#isChecking = true
    const done = (inVain: number): void => {
      if (this.#watched !== watched) return
      this.#checksInVain = inVain
      this.#endCheck(watched, now)
    }
    this.#owner.checkBlocked(watched).then(
      () => done(0),
      () => done(this.#checksInVain + 1),
    )
  }

  #endCheck(watched: C, beganAt: number): void {
    const { clock, maint } = this.#context
    const { unresponsiveTimeoutMs } = maint
    this.#isChecking = false
    if (unresponsiveTimeoutMs === false) return
    if (this.#checksInVain >= CHECKS_IN_VAIN) {
      this.#checksInVain = 0
      this.#silentAt = clock.now()
      return this.#owner.onUnresponsive(watched, this.#silentAt - watched.lastHeardAt)
    }
    if (this.#owner.blockedSpan(watched) !== undefined || !watched.owesAnswers) return
    // The server says that the command does not block any more. The check was the question, but the answer needs some
    // time.
    const latest = clock.now() - unresponsiveTimeoutMs * (1 - SHARE_AFTER_CHECK)
    this.#owedSince = Math.max(beganAt, latest, watched.lastHeardAt)
  }

  #ask(now: number): void {
    this.#askedAt = now
    this.#stretch = 1 + JITTER * (2 * this.#context.random() - 1)
  }
}

/** After CLIENT REPLY OFF a server answers nothing. */
function isMuted({ pins }: MonitoredConnection): boolean {
  for (const pin of pins) if (pin.startsWith('CLIENT REPLY')) return true
  return false
}
