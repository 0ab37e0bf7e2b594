import type { CommandWait, CommandWaitEnd } from '../core/events/command-wait.js'
import { endOf } from '../core/events/handoff-follower.js'
import type { MaintEvent } from '../core/events/maint-events.js'
import type { HandoffEnd } from '../core/events/maint-hook.js'
import { outcomeOf } from './measurements.js'
import { type Attributes, CLIENT_ATTRIBUTE } from './measures.js'
import type { Naming } from './observed.js'
import { attributesOfStart, attributesOfWait } from './span-attributes.js'
import { type SpanLike, STATUS_ERROR, type TraceLike, type TracerLike } from './trace.js'
import { NO_CONTEXT } from './trace-context.js'

/** A hand-off that is under way, and how many commands have waited for it. */
interface Open {
  readonly span: SpanLike
  waited: number
}

/**
 * Makes one span for each hand-off, from its beginning to its end, with its steps as children; and one for each command that
 * waited, linked to the hand-off that it waited for.
 */
export class HandoffSpans {
  readonly #trace: Pick<TraceLike, 'setSpan'>
  readonly #tracer: TracerLike
  readonly #common: Attributes
  readonly #open = new Map<string, Open>()
  readonly #waits = new Set<SpanLike>()
  #latestAt = 0

  constructor(trace: TraceLike, scope: string, { name }: Naming = {}) {
    this.#trace = trace
    this.#tracer = trace.getTracer(scope)
    this.#common = name === undefined ? {} : { [CLIENT_ATTRIBUTE]: name }
  }

  /** Takes an event, in the order in which they are told. */
  take(event: MaintEvent): void {
    const { name, payload } = event
    this.#latestAt = payload.at
    if (name === 'handoff:started') return this.#start(payload)
    const open = this.#open.get(payload.handoffId ?? '')
    if (open === undefined) return
    const { span } = open
    if (name === 'writes:paused') span.addEvent('writes-paused', { cause: payload.cause }, new Date(payload.at))
    if (name === 'handoff:failed') {
      const { attempts, followedBy, at } = payload
      span.addEvent('attempt-failed', { attempts, followed_by: followedBy, error: textOf(payload.error) }, new Date(at))
    }
    const end = endOf(event)
    if (end !== undefined) this.#end(open, end)
  }

  /** A command begins to wait. Its span belongs to the trace of its caller. */
  readonly wait = (wait: CommandWait): ((end: CommandWaitEnd) => void) => {
    const { at, handoffId } = wait
    this.#latestAt = at
    const handoff = this.#open.get(handoffId ?? '')
    if (handoff !== undefined) handoff.waited += 1
    const span = this.#tracer.startSpan('redis-hitless wait', {
      startTime: new Date(at),
      attributes: { ...this.#common, ...attributesOfWait(wait) },
      links: handoff === undefined ? [] : [{ context: handoff.span.spanContext() }],
    })
    this.#waits.add(span)
    return end => this.#endWait(span, end)
  }

  /** Ends the spans of what goes on when nobody listens any more. */
  end(): void {
    for (const { span } of this.#open.values()) span.end(new Date(this.#latestAt))
    for (const span of this.#waits) span.end(new Date(this.#latestAt))
    this.#open.clear()
    this.#waits.clear()
  }

  #start(payload: Extract<MaintEvent, { name: 'handoff:started' }>['payload']): void {
    const { handoffId, at } = payload
    const attributes = { ...this.#common, ...attributesOfStart(payload) }
    const span = this.#tracer.startSpan('redis-hitless handoff', { startTime: new Date(at), attributes, root: true })
    this.#open.set(handoffId, { span, waited: 0 })
  }

  #end({ span, waited }: Open, end: HandoffEnd): void {
    const { at, handoffId } = end
    this.#open.delete(handoffId)
    this.#tellSteps(span, end)
    span.setAttributes({ 'redis_hitless.outcome': outcomeOf(end), 'redis_hitless.commands_waited': waited })
    if (end.result === 'completed') {
      const { attempts, drained, pausedMs } = end
      span.setAttributes({
        'redis_hitless.attempts': attempts,
        'redis_hitless.drained': drained,
        'redis_hitless.paused_ms': pausedMs,
      })
    }
    if (end.result === 'failed') span.setStatus({ code: STATUS_ERROR, message: textOf(end.error) })
    span.end(new Date(at))
  }

  #tellSteps(parent: SpanLike, { at, handoffId, steps }: HandoffEnd): void {
    const within = this.#trace.setSpan(NO_CONTEXT, parent)
    let from = at - steps.reduce((sum, { forMs }) => sum + forMs, 0)
    for (const { name, forMs } of steps) {
      const attributes = { ...this.#common, 'redis_hitless.handoff.id': handoffId }
      const options = { startTime: new Date(from), attributes }
      const span = this.#tracer.startSpan(`redis-hitless handoff ${name}`, options, within)
      from += forMs
      span.end(new Date(from))
    }
  }

  #endWait(span: SpanLike, { at, error }: CommandWaitEnd): void {
    if (!this.#waits.delete(span)) return
    if (error !== undefined) span.setStatus({ code: STATUS_ERROR, message: textOf(error) })
    span.end(new Date(at))
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
