import { describe, expect, it, onTestFinished } from 'vitest'
import type { Clock } from '../../../../src/base/clock.js'
import { createDeferred } from '../../../../src/base/deferred.js'
import type { LivenessPolicy } from '../../../../src/core/health/liveness.js'
import type { BlockedSpan } from '../../../../src/engine/commands/blocking/blocked-command.js'
import { LivenessMonitor } from '../../../../src/engine/link/monitors/liveness-monitor.js'
import type { LivenessOwner, MonitoredConnection } from '../../../../src/engine/link/monitors/liveness-owner.js'
import { createVirtualClock } from '../../../../src/testing/index.js'

const DEFAULTS: LivenessPolicy = { unresponsiveTimeoutMs: 3_000, healthCheckIntervalMs: 30_000 }

/** A connection whose other end is played by the test. */
class Peer implements MonitoredConnection {
  isReady = true
  isTied = false
  readonly pins = new Set<string>()
  lastHeardAt = 0
  written = 0
  #owesAnswers = false
  /** Whether a PING is answered at once. */
  answers = true
  readonly pings: number[] = []
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
    this.lastHeardAt = clock.now()
  }

  get owesAnswers(): boolean {
    return this.#owesAnswers
  }

  /** Something was sent, or everything was answered. */
  set owesAnswers(owes: boolean) {
    if (owes) this.written += 1
    this.#owesAnswers = owes
  }

  speak(): void {
    this.lastHeardAt = this.#clock.now()
    this.owesAnswers = false
  }

  ping(): Promise<unknown> {
    this.pings.push(this.#clock.now())
    this.owesAnswers = true
    if (!this.answers) return Promise.reject(new Error('the queue is full'))
    this.speak()
    return Promise.resolve('PONG')
  }
}

/** A watch over one connection, on a virtual clock that can stand still for the process while time goes on. */
function watch(policy: Partial<LivenessPolicy> = {}) {
  const virtual = createVirtualClock()
  let stalledMs = 0
  const clock: Clock = { ...virtual, after: virtual.after.bind(virtual), now: () => virtual.now() + stalledMs }
  const peer = new Peer(clock)
  const told: string[] = []
  const session = { listening: false, monitoring: false, span: undefined as BlockedSpan | undefined }
  const checks: { at: number; end(): void }[] = []
  const owner: LivenessOwner<Peer> = {
    get isListening() {
      return session.listening
    },
    get isMonitoring() {
      return session.monitoring
    },
    blockedSpan: () => session.span,
    checkBlocked: () => {
      const check = createDeferred<void>()
      checks.push({ at: clock.now(), end: () => check.resolve() })
      return check.promise
    },
    onUnresponsive: (_, unresponsiveForMs) => told.push(`silent for ${unresponsiveForMs} at ${clock.now()}`),
    onStoodStill: () => told.push(`stood still at ${clock.now()}`),
    onRecovered: () => told.push(`recovered at ${clock.now()}`),
  }
  const context = { clock, random: () => 0.5, maint: { ...DEFAULTS, ...policy } }
  const liveness = new LivenessMonitor<Peer>(context, owner)
  liveness.watch(peer)
  onTestFinished(() => {
    liveness.stop()
    expect(virtual.pending).toBe(0)
  })
  return {
    liveness,
    clock: virtual,
    peer,
    told,
    session,
    checks,
    stall: (spanMs: number) => {
      stalledMs += spanMs
    },
  }
}

describe('a connection that owes answers', () => {
  it('is silent once, after the time that it has, and again while it stays so', () => {
    const { clock, peer, told } = watch()
    peer.owesAnswers = true
    clock.advanceBy(18_000)
    expect(told).toEqual(['silent for 3000 at 3250'])
    clock.advanceBy(1_000)
    expect(told).toEqual(['silent for 3000 at 3250', 'silent for 18250 at 18250'])
  })

  it('has the whole time again after each byte', () => {
    const { clock, peer, told } = watch()
    for (let round = 0; round < 10; round++) {
      peer.owesAnswers = true
      clock.advanceBy(2_900)
      peer.lastHeardAt = clock.now()
    }
    expect(told).toEqual([])
    clock.advanceBy(3_600)
    expect(told).toEqual(['silent for 3000 at 32000'])
  })

  it('has an age, to within a check, until it is heard or blocks', () => {
    const { clock, liveness, peer, session } = watch()
    expect(liveness.unansweredMs).toBe(0)
    peer.owesAnswers = true
    clock.advanceBy(1_250)
    expect(liveness.unansweredMs).toBe(1_000)
    clock.advanceBy(4_000)
    expect(liveness.unansweredMs).toBe(5_000)
    peer.speak()
    expect(liveness.unansweredMs).toBe(0)
    clock.advanceBy(1_000)
    peer.owesAnswers = true
    session.span = { sinceAt: clock.now(), untilAt: Number.POSITIVE_INFINITY }
    clock.advanceBy(1_000)
    expect(liveness.unansweredMs).toBe(0)
  })

  it('is found sooner where the time is shorter', () => {
    const { clock, peer, told } = watch({ unresponsiveTimeoutMs: 120 })
    peer.owesAnswers = true
    clock.advanceBy(1_000)
    expect(told).toEqual(['silent for 120 at 140'])
  })

  it('is told to be alive again, once, and can fall silent again', () => {
    const { clock, peer, told } = watch()
    peer.owesAnswers = true
    clock.advanceBy(5_100)
    peer.speak()
    clock.advanceBy(5_000)
    expect(told).toEqual(['silent for 3000 at 3250', 'recovered at 5250'])
    peer.owesAnswers = true
    clock.advanceBy(5_000)
    expect(told.slice(2)).toEqual(['silent for 3000 at 13250'])
  })

  it('is never doubted where that is switched off', () => {
    const { clock, peer, told } = watch({ unresponsiveTimeoutMs: false })
    peer.owesAnswers = true
    clock.advanceBy(600_000)
    expect(told).toEqual([])
    expect(peer.pings).toEqual([])
  })

  it('is left alone while it monitors, and after CLIENT REPLY OFF', () => {
    const { clock, peer, told, session } = watch()
    peer.owesAnswers = true
    session.monitoring = true
    clock.advanceBy(60_000)
    session.monitoring = false
    peer.pins.add('CLIENT REPLY OFF')
    clock.advanceBy(60_000)
    expect(told).toEqual([])
  })

  it('is not judged once it broke, or is watched no more', () => {
    const { clock, peer, told, liveness } = watch()
    peer.owesAnswers = true
    peer.isReady = false
    clock.advanceBy(10_000)
    peer.isReady = true
    liveness.watch(undefined)
    expect(clock.pending).toBe(0)
    clock.advanceBy(10_000)
    expect(told).toEqual([])
  })

  it('does not inherit the unresponsive of the one before', () => {
    const { clock, peer, told, liveness } = watch()
    peer.owesAnswers = true
    clock.advanceBy(4_000)
    const next = new Peer(clock)
    liveness.watch(next)
    clock.advanceBy(20_000)
    expect(told).toHaveLength(1)
    next.owesAnswers = true
    clock.advanceBy(4_000)
    expect(told).toHaveLength(2)
  })
})

describe('a process that stood still', () => {
  it('grants the whole time again: what arrived meanwhile has not been read', () => {
    const { clock, peer, told, stall } = watch()
    peer.owesAnswers = true
    clock.advanceBy(2_600)
    stall(60_000)
    clock.advanceBy(3_100)
    expect(told).toEqual([])
    clock.advanceBy(600)
    expect(told).toEqual(['silent for 3000 at 65750'])
  })

  it('is told of where nothing is owed, as the connection may be dead by now', () => {
    const { clock, peer, told, stall } = watch()
    clock.advanceBy(400)
    stall(2_900)
    clock.advanceBy(250)
    expect(told).toEqual([])
    stall(3_000)
    clock.advanceBy(250)
    expect(told).toEqual(['stood still at 6650'])
    peer.isTied = true
    stall(3_000)
    clock.advanceBy(250)
    expect(told).toHaveLength(1)
  })

  it('asks nothing before it has read', () => {
    const { clock, peer, stall } = watch()
    clock.advanceBy(400)
    stall(31_000)
    clock.advanceBy(100)
    expect(peer.pings).toEqual([])
    clock.advanceBy(500)
    expect(peer.pings).toEqual([31_750])
  })
})

describe('a connection that owes nothing', () => {
  it('is asked when it was quiet for long, again and again', () => {
    const { clock, peer, told } = watch()
    clock.advanceBy(100_000)
    expect(peer.pings).toEqual([30_000, 60_000, 90_000])
    expect(told).toEqual([])
  })

  it('is looked at within a second though nobody told of what was sent', () => {
    const { clock, peer, told } = watch()
    clock.advanceBy(500)
    peer.owesAnswers = true
    peer.written = 0
    clock.advanceBy(3_749)
    expect(told).toEqual([])
    clock.advanceBy(1)
    expect(told).toEqual(['silent for 3000 at 4250'])
  })

  it('is asked more often while the application listens', () => {
    const { clock, peer, session } = watch()
    session.listening = true
    clock.advanceBy(7_000)
    expect(peer.pings).toEqual([2_000, 4_000, 6_000])
  })

  it('is silent when it does not answer what it is asked', () => {
    const { clock, peer, told, session } = watch()
    session.listening = true
    peer.answers = false
    clock.advanceBy(10_000)
    expect(peer.pings).toEqual([2_000])
    expect(told).toEqual(['silent for 3000 at 5250'])
  })

  it('is not asked again at every look', () => {
    const { clock, peer } = watch({ unresponsiveTimeoutMs: false })
    peer.answers = false
    Object.defineProperty(peer, 'owesAnswers', { get: () => false, set: () => {} })
    clock.advanceBy(61_000)
    expect(peer.pings).toEqual([30_000, 60_000])
  })

  it('is not asked inside a transaction that was begun by hand, nor where that is switched off', () => {
    const tied = watch()
    tied.peer.isTied = true
    tied.clock.advanceBy(100_000)
    const off = watch({ healthCheckIntervalMs: false })
    off.clock.advanceBy(100_000)
    expect([...tied.peer.pings, ...off.peer.pings]).toEqual([])
  })
})

describe('a connection on which a command blocks', () => {
  const forEver: BlockedSpan = { sinceAt: 0, untilAt: Number.POSITIVE_INFINITY }

  it('is looked into on the side, one check at a time', async () => {
    const { clock, peer, told, session, checks } = watch()
    peer.owesAnswers = true
    session.span = forEver
    await clock.settleBy(20_000)
    expect(checks.map(({ at }) => at)).toEqual([5_000])
    checks[0]?.end()
    await clock.settleBy(1_000)
    checks[1]?.end()
    await clock.settleBy(5_500)
    expect(checks.map(({ at }) => at)).toEqual([5_000, 20_250, 25_250])
    expect(told).toEqual([])
  })

  it('is not looked into before the command has blocked for some time', async () => {
    const { clock, peer, session, checks } = watch()
    await clock.settleBy(10_000)
    peer.owesAnswers = true
    session.span = { ...forEver, sinceAt: clock.now() }
    await clock.settleBy(6_000)
    expect(checks.map(({ at }) => at)).toEqual([15_000])
  })

  it('is silent when it does not say what the server let go', async () => {
    const { clock, peer, told, session, checks } = watch()
    peer.owesAnswers = true
    session.span = forEver
    await clock.settleBy(5_600)
    session.span = undefined
    checks[0]?.end()
    await clock.settleBy(10_000)
    expect(told).toEqual(['silent for 3000 at 8000'])
  })

  it('has some time left to answer after a check that took long', async () => {
    const { clock, peer, told, session, checks } = watch()
    peer.owesAnswers = true
    session.span = forEver
    await clock.settleBy(15_100)
    session.span = undefined
    checks[0]?.end()
    await clock.settleBy(900)
    expect(told).toEqual([])
    await clock.settleBy(1_000)
    expect(told).toEqual(['silent for 3150 at 16250'])
  })

  it('is alive when it says what the server let go', async () => {
    const { clock, peer, told, session, checks } = watch()
    peer.owesAnswers = true
    session.span = forEver
    await clock.settleBy(5_600)
    session.span = undefined
    checks[0]?.end()
    peer.speak()
    peer.owesAnswers = true
    session.span = { ...forEver, sinceAt: clock.now() }
    await clock.settleBy(4_000)
    expect(told).toEqual([])
    expect(checks).toHaveLength(1)
  })

  it('owes an answer once the command is past its own timeout', async () => {
    const { clock, peer, told, session, checks } = watch()
    peer.owesAnswers = true
    session.span = { sinceAt: 0, untilAt: 2_000 }
    await clock.settleBy(10_000)
    expect(checks).toEqual([])
    expect(told).toEqual(['silent for 3000 at 5000'])
  })
})
