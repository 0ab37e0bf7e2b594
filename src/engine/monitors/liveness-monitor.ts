import type { Clock } from '../../base/clock.js'
import type { Random } from '../../base/random.js'
import { checkDueAfterMs, judgeLiveness, type LivenessPolicy } from '../../core/health/liveness.js'
import type { SharedTicker, Tick, TickerMember } from './shared-ticker.js'

/** A connection, as far as its liveness goes. */
export interface MonitoredConnection {
  readonly isReady: boolean
  /** Whether the application has begun something on it that it cannot end elsewhere. */
  readonly isTied: boolean
  /** What ties it, by name. */
  readonly pins: ReadonlySet<string>
  readonly lastHeardAt: number
  readonly owesAnswers: boolean
  ping(): Promise<unknown>
}

/** How long the server may hold back the answer to a blocking command. */
export interface BlockedSpan {
  readonly sinceAt: number
  /** When the command's own timeout ends it; infinite where it has none. */
  readonly untilAt: number
}

/** What the watch over the connections of one link needs. */
export interface LivenessMonitorParts<C extends MonitoredConnection> {
  readonly clock: Clock
  readonly random: Random
  readonly ticker: SharedTicker
  /** Read at every look, and once for the rhythm. */
  readonly policy: LivenessPolicy
  readonly isListening: () => boolean
  readonly isMonitoring: () => boolean
  /** The blocking command that the server holds back right now; `undefined` where answers should come at once. */
  readonly blockedSpan: (connection: C) => BlockedSpan | undefined
  /** Has the server asked, on another connection, whether this one still is what it seems. */
  readonly checkBlocked: (connection: C) => Promise<void>
  /** It owes answers and has sent nothing for so long. Told once per unresponsive. */
  readonly onUnresponsive: (connection: C, unresponsiveForMs: number) => void
  /** It spoke again after it was told to be unresponsive. */
  readonly onRecovered: (connection: C) => void
}

/** How far apart two looks are, in milliseconds. */
const LOOK_EVERY_MS = { most: 500, least: 20 } as const

/** How many looks there are in a unresponsive that is to be found. */
const LOOKS_PER_SILENCE = 6

/** How far intervals are stretched or shortened. */
const JITTER = 0.1

/** How long after a unresponsive was told it is told again, in milliseconds. */
const TELL_AGAIN_MS = 15_000

/** Checks without an answer in a row, after which a connection counts as unresponsive: its server answers nobody. */
const CHECKS_IN_VAIN = 2

/** What is left of the time to answer, at the least, once the server has said that it let a blocking command go. */
const SHARE_AFTER_CHECK = 1 / 3

/** Watches the connection that serves a link. */
export class LivenessMonitor<C extends MonitoredConnection> implements TickerMember {
  readonly everyMs: number
  readonly #parts: LivenessMonitorParts<C>
  #watched: C | undefined
  #owedSince: number | undefined
  /** When it was asked last, be it by a PING or on another connection. */
  #askedAt = 0
  #isChecking = false
  #checksInVain = 0
  #silentAt: number | undefined
  #stretch = 1

  constructor(parts: LivenessMonitorParts<C>) {
    this.#parts = parts
    const { unresponsiveTimeoutMs } = parts.policy
    const wishedMs = unresponsiveTimeoutMs === false ? LOOK_EVERY_MS.most : unresponsiveTimeoutMs / LOOKS_PER_SILENCE
    this.everyMs = Math.max(Math.min(wishedMs, LOOK_EVERY_MS.most), LOOK_EVERY_MS.least)
  }

  /** Watches a connection in place of the one before; one that is watched already goes on being so. */
  watch(connection: C | undefined): void {
    if (connection === this.#watched) return
    this.#watched = connection
    this.#owedSince = undefined
    this.#silentAt = undefined
    this.#isChecking = false
    this.#checksInVain = 0
    if (connection === undefined) return this.#parts.ticker.leave(this)
    this.#ask(this.#parts.clock.now())
    this.#parts.ticker.join(this)
  }

  /** Watches nothing any more. */
  stop(): void {
    this.watch(undefined)
  }

  /** Looks at the connection. */
  onTick({ now, lateMs }: Tick): void {
    const watched = this.#watched
    if (watched?.isReady !== true || this.#isAtRest(watched, now)) return
    if (this.#silentAt !== undefined) {
      if (watched.lastHeardAt <= this.#silentAt) return this.#tellAgain(watched, now)
      this.#silentAt = undefined
      return this.#parts.onRecovered(watched)
    }
    const blocked = this.#blockedSpan(watched, now)
    const isHeldUp = lateMs >= this.everyMs
    this.#noteDebt(watched, { now, isBlocked: blocked !== undefined, isHeldUp })
    // What arrived while the process stood still has not been read yet.
    if (!isHeldUp) this.#judge(watched, now, blocked)
  }

  /** Whether a connection owes nothing and was heard lately. Nearly every look ends here, and there are thousands at once. */
  #isAtRest(watched: C, now: number): boolean {
    if (watched.owesAnswers || this.#silentAt !== undefined) return false
    this.#owedSince = undefined
    const { policy, isListening } = this.#parts
    const dueAfterMs = checkDueAfterMs(policy, { isWaiting: isListening(), stretch: this.#stretch })
    return now - Math.max(watched.lastHeardAt, this.#askedAt) < dueAfterMs
  }

  /** Whoever was told may have been busy with something else. */
  #tellAgain(watched: C, now: number): void {
    if (now - (this.#silentAt ?? now) < TELL_AGAIN_MS) return
    this.#silentAt = now
    this.#parts.onUnresponsive(watched, now - watched.lastHeardAt)
  }

  /** A blocking command past its own timeout owes an answer like any other. */
  #blockedSpan(watched: C, now: number): BlockedSpan | undefined {
    const blocked = this.#parts.blockedSpan(watched)
    return blocked !== undefined && now < blocked.untilAt ? blocked : undefined
  }

  #noteDebt(watched: C, { now, isBlocked, isHeldUp }: { now: number; isBlocked: boolean; isHeldUp: boolean }): void {
    if (isBlocked || !watched.owesAnswers) this.#owedSince = undefined
    else if (isHeldUp) this.#owedSince = now
    else this.#owedSince = Math.max(this.#owedSince ?? now, watched.lastHeardAt)
  }

  #judge(watched: C, now: number, blocked: BlockedSpan | undefined): void {
    const { policy, isListening, isMonitoring, onUnresponsive } = this.#parts
    const verdict = judgeLiveness(
      {
        now,
        heardAt: Math.max(watched.lastHeardAt, this.#askedAt, blocked?.sinceAt ?? 0),
        owedSince: this.#owedSince,
        blocked: blocked !== undefined,
        listening: isListening(),
        monitoring: isMonitoring() || isMuted(watched),
        stretch: this.#stretch,
      },
      policy,
    )
    if (verdict === 'ping') this.#ping(watched, now)
    else if (verdict === 'check-blocked') this.#check(watched, now)
    else if (verdict === 'unresponsive') {
      this.#silentAt = now
      onUnresponsive(watched, now - (this.#owedSince ?? now))
    }
  }

  #ping(watched: C, now: number): void {
    // Inside a MULTI that the application sent by hand a PING would become part of it.
    if (watched.isTied) return
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
    this.#parts.checkBlocked(watched).then(
      () => done(0),
      () => done(this.#checksInVain + 1),
    )
  }

  #endCheck(watched: C, beganAt: number): void {
    const { clock, policy, blockedSpan, onUnresponsive } = this.#parts
    this.#isChecking = false
    if (this.#checksInVain >= CHECKS_IN_VAIN && policy.unresponsiveTimeoutMs !== false) {
      this.#checksInVain = 0
      this.#silentAt = clock.now()
      return onUnresponsive(watched, this.#silentAt - watched.lastHeardAt)
    }
    if (policy.unresponsiveTimeoutMs === false || blockedSpan(watched) !== undefined || !watched.owesAnswers) return
    // The server says that it holds nothing back: the check was the question, but some time must be left for the answer.
    const latest = clock.now() - policy.unresponsiveTimeoutMs * (1 - SHARE_AFTER_CHECK)
    this.#owedSince = Math.max(beganAt, latest, watched.lastHeardAt)
  }

  #ask(now: number): void {
    this.#askedAt = now
    this.#stretch = 1 + JITTER * (2 * this.#parts.random() - 1)
  }
}

/** After CLIENT REPLY OFF a server answers nothing. */
function isMuted({ pins }: MonitoredConnection): boolean {
  for (const pin of pins) if (pin.startsWith('CLIENT REPLY')) return true
  return false
}
