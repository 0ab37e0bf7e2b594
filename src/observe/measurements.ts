import { endOf } from '../core/events/handoff-follower.js'
import type { EventConnection, MaintEvent } from '../core/events/maint-events.js'
import type { HandoffEnd } from '../core/events/maint-hook.js'
import type { MaintStatus } from '../engine/maint/maint-status.js'
import type { PoolMaintStatus } from '../engine/maint/pool-status.js'
import { type Attributes, CLIENT_ATTRIBUTE, type Instruments, type MeasureName, type Reading } from './measures.js'
import type { Naming, ObservedClient } from './observed.js'

/** Something that is under way on one link. */
interface Span {
  readonly cause: string
  readonly at: number
}

/**
 * Measures a client or a pool from now on, by its events and its status.
 *
 * @returns What ends it.
 */
export function measure({ maint }: ObservedClient, instruments: Instruments, { name }: Naming = {}): () => void {
  const common: Attributes = name === undefined ? {} : { [CLIENT_ATTRIBUTE]: name }
  const measurements = new Measurements(instruments, common)
  const off = maint.onAny(event => measurements.take(event))
  const stop = instruments.read(() => readingsOf(maint.status(), common))
  return () => {
    off()
    stop()
    measurements.end()
  }
}

/** Turns the events of one client or pool into measurements. */
class Measurements {
  readonly #instruments: Instruments
  readonly #common: Attributes
  /** Timeouts that are relaxed, and writes that wait, by the link. */
  readonly #relaxed = new Map<number, Span>()
  readonly #held = new Map<number, Span>()
  /** What hand-offs under way are for. */
  readonly #handoffs = new Map<string, string>()

  constructor(instruments: Instruments, common: Attributes = {}) {
    this.#instruments = instruments
    this.#common = common
  }

  /** Takes an event, in the order in which they are told. */
  // biome-ignore lint/complexity/noExcessiveLinesPerFunction: a table of all events that are measured
  take(event: MaintEvent): void {
    const { name, payload } = event
    switch (name) {
      case 'notification:ignored':
        return this.#add('redis_hitless.notifications', { type: payload.notification.type, outcome: payload.cause })
      case 'notification:rejected':
      case 'notification:unrecognised':
        // The name comes from the server, and may be anything.
        return this.#add('redis_hitless.notifications', {
          type: 'unknown',
          outcome: name.slice('notification:'.length),
        })
      case 'handoff:started':
        this.#handoffs.set(payload.handoffId, payload.reason)
        return this.#add('redis_hitless.handoff.active', { reason: payload.reason })
      case 'handoff:completed':
      case 'handoff:failed':
      case 'handoff:cancelled':
        return this.#onHandoff(event)
      case 'timeouts:relaxed':
        this.#add('redis_hitless.relaxed.active', { cause: payload.cause })
        return this.#begin(this.#relaxed, payload)
      case 'timeouts:restored':
        return this.#restored(payload)
      case 'writes:paused':
        return this.#begin(this.#held, payload)
      case 'writes:resumed':
        return this.#resumed(payload)
      case 'command:refused':
        return this.#add('redis_hitless.commands.refused', { kind: payload.kind, recovery: payload.recovery })
      case 'commands:resent':
        return this.#add('redis_hitless.commands.resent', { cause: payload.cause }, payload.count)
      case 'action:withheld':
        return this.#add('redis_hitless.actions.withheld', { action: payload.action, cause: payload.cause })
      case 'connection:unresponsive':
        return this.#add('redis_hitless.connections.unresponsive', {})
      case 'availability:changed':
        return payload.state === 'unavailable' ? this.#add('redis_hitless.outages', {}) : undefined
      case 'subscriptions:interrupted':
        return this.#sample('redis_hitless.subscriptions.interrupted.duration', payload.untilAt - payload.fromAt, {})
      case 'hook:failed':
      case 'internal:failed':
      case 'session:incomplete':
        return this.#add('redis_hitless.failures', { event: name })
      default:
        if ('receivedAt' in payload) this.#add('redis_hitless.notifications', { type: name, outcome: 'handled' })
    }
  }

  /** Nothing is under way any more, as far as it is known here. */
  end(): void {
    for (const reason of this.#handoffs.values()) this.#add('redis_hitless.handoff.active', { reason }, -1)
    for (const { cause } of this.#relaxed.values()) this.#add('redis_hitless.relaxed.active', { cause }, -1)
    this.#handoffs.clear()
    this.#relaxed.clear()
  }

  #onHandoff(event: Extract<MaintEvent, { name: `handoff:${'completed' | 'failed' | 'cancelled'}` }>): void {
    if (event.name === 'handoff:failed') {
      const { reason, followedBy } = event.payload
      this.#add('redis_hitless.handoff.attempts.failed', { reason, followed_by: followedBy })
    }
    const end = endOf(event)
    if (end === undefined) return
    const { reason, durationMs, handoffId } = end
    const outcome = outcomeOf(end)
    this.#sample('redis_hitless.handoff.duration', durationMs, { reason, outcome })
    if (end.result === 'completed') this.#sample('redis_hitless.held.duration', end.pausedMs, { cause: 'handoff' })
    if (reason === 'not-writable') this.#add('redis_hitless.primary.searches', { outcome })
    if (this.#handoffs.delete(handoffId)) this.#add('redis_hitless.handoff.active', { reason }, -1)
  }

  #begin(
    spans: Map<number, Span>,
    {
      cause,
      at,
      connection,
    }: { readonly cause: string; readonly at: number; readonly connection: EventConnection | undefined },
  ): void {
    spans.set(connection?.link ?? 0, { cause, at })
  }

  #restored(payload: { readonly at: number; readonly connection: EventConnection | undefined }): void {
    const span = take(this.#relaxed, payload.connection)
    if (span === undefined) return
    const { cause, at } = span
    this.#add('redis_hitless.relaxed.active', { cause }, -1)
    this.#sample('redis_hitless.relaxed.duration', payload.at - at, { cause })
  }

  #resumed(payload: { readonly at: number; readonly connection: EventConnection | undefined }): void {
    const span = take(this.#held, payload.connection)
    if (span !== undefined) this.#sample('redis_hitless.held.duration', payload.at - span.at, { cause: span.cause })
  }

  #add(measure: MeasureName, attributes: Attributes, value = 1): void {
    this.#instruments.add(measure, value, { ...this.#common, ...attributes })
  }

  #sample(measure: MeasureName, ms: number, attributes: Attributes): void {
    this.#instruments.sample(measure, ms / 1_000, { ...this.#common, ...attributes })
  }
}

/** How a hand-off ended, in one word: a cancelled one by its cause. */
export function outcomeOf(end: HandoffEnd): string {
  return end.result === 'cancelled' ? end.cause : end.result
}

/** A client that is without a connection tells of none. */
function take(spans: Map<number, Span>, connection: EventConnection | undefined): Span | undefined {
  const [first] = spans.keys()
  const link = connection?.link ?? first ?? 0
  const span = spans.get(link)
  spans.delete(link)
  return span
}

/** What the status of a client says now. */
function readingsOf(status: MaintStatus | PoolMaintStatus, common: Attributes): readonly Reading[] {
  const { availability, ready, capability, connections, handoffs, unansweredMs } = status
  const waiting = 'waiting' in status ? status.waiting : status.waitingCommands
  const reading = (measure: MeasureName, value: number, attributes: Attributes = {}): Reading => ({
    measure,
    value,
    attributes: { ...common, ...attributes },
  })
  const breakers = ['open', 'half-open'].map(state =>
    reading('redis_hitless.breakers', handoffs.breakers.filter(breaker => breaker.state === state).length, { state }),
  )
  const limited = Object.entries(handoffs.dials.tripped).map(([limit, count]) =>
    reading('redis_hitless.dials.limited', count, { limit }),
  )
  return [
    reading('redis_hitless.available', Number(availability.state === 'available')),
    reading('redis_hitless.ready', Number(ready)),
    reading('redis_hitless.notifying', Number(capability.state === 'supported')),
    reading('redis_hitless.connections.open', connections),
    reading('redis_hitless.commands.waiting', waiting),
    reading('redis_hitless.unanswered.age', unansweredMs / 1_000),
    reading('redis_hitless.handoffs.queued', handoffs.queued),
    ...breakers,
    ...limited,
  ]
}
