import type { HandoffStarted } from '../core/events/handoff-events.js'
import { endOf } from '../core/events/handoff-follower.js'
import type { MaintEvent } from '../core/events/maint-events.js'
import type { HandoffEnd } from '../core/events/maint-hook.js'
import { outcomeOf } from './measurements.js'
import { type Attributes, CLIENT_ATTRIBUTE } from './measures.js'
import type { Naming } from './observed.js'

type SpanAttributes = Readonly<Record<string, string | number | boolean>>

/** What is needed of a span of `@opentelemetry/api`. */
export interface SpanLike {
  setAttributes(attributes: SpanAttributes): unknown
  addEvent(name: string, attributes: SpanAttributes, time: Date): unknown
  setStatus(status: { readonly code: number; readonly message?: string }): unknown
  end(time: Date): void
}

/** What is needed of a tracer of `@opentelemetry/api`. */
export interface TracerLike {
  startSpan(
    name: string,
    options: { readonly startTime: Date; readonly attributes: SpanAttributes; readonly root: boolean },
  ): SpanLike
}

/** `SpanStatusCode.ERROR` of `@opentelemetry/api`. */
const ERROR = 2

/** Makes one span for each hand-off, from its beginning to its end, with what happened in between as events. */
export class HandoffSpans {
  readonly #tracer: TracerLike
  readonly #common: Attributes
  readonly #open = new Map<string, SpanLike>()
  #latestAt = 0

  constructor(tracer: TracerLike, { name }: Naming = {}) {
    this.#tracer = tracer
    this.#common = name === undefined ? {} : { [CLIENT_ATTRIBUTE]: name }
  }

  /** Takes an event, in the order in which they are told. */
  take(event: MaintEvent): void {
    const { name, payload } = event
    this.#latestAt = payload.at
    if (name === 'handoff:started') return this.#start(payload)
    const span = this.#open.get(payload.handoffId ?? '')
    if (span === undefined) return
    if (name === 'writes:paused') span.addEvent('writes-paused', { cause: payload.cause }, new Date(payload.at))
    if (name === 'handoff:failed') {
      const { attempts, followedBy, at } = payload
      span.addEvent('attempt-failed', { attempts, followed_by: followedBy, error: textOf(payload.error) }, new Date(at))
    }
    const end = endOf(event)
    if (end !== undefined) this.#end(span, end)
  }

  /** Ends the spans of hand-offs that go on when nobody listens any more. */
  end(): void {
    for (const span of this.#open.values()) span.end(new Date(this.#latestAt))
    this.#open.clear()
  }

  #start({
    handoffId,
    reason,
    to,
    graceMs,
    connection,
    at,
  }: Extract<MaintEvent, { name: 'handoff:started' }>['payload']): void {
    const attributes = {
      ...this.#common,
      'redis_hitless.handoff.id': handoffId,
      'redis_hitless.reason': reason,
      'redis_hitless.to': placeOf(to),
      'redis_hitless.grace_ms': graceMs,
      ...(connection.address !== undefined && { 'network.peer.address': connection.address }),
    }
    const options = { startTime: new Date(at), attributes, root: true }
    this.#open.set(handoffId, this.#tracer.startSpan('redis-hitless handoff', options))
  }

  #end(span: SpanLike, end: HandoffEnd): void {
    const { at, handoffId } = end
    this.#open.delete(handoffId)
    span.setAttributes({ 'redis_hitless.outcome': outcomeOf(end) })
    if (end.result === 'completed') {
      const { attempts, drained, pausedMs } = end
      span.setAttributes({
        'redis_hitless.attempts': attempts,
        'redis_hitless.drained': drained,
        'redis_hitless.paused_ms': pausedMs,
      })
      // The fence: everything before it is the dial, the handshake and the wait for the application.
      if (pausedMs > 0) span.addEvent('paused', {}, new Date(at - pausedMs))
    }
    if (end.result === 'failed') span.setStatus({ code: ERROR, message: textOf(end.error) })
    span.end(new Date(at))
  }
}

function placeOf(to: HandoffStarted['to']): string {
  return to.type === 'configured' ? 'configured' : `${to.endpoint.host}:${to.endpoint.port}`
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
