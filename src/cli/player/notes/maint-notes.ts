import { printRoute } from '../../../core/decide/route.js'
import type { HandoffCompleted, HandoffFailed } from '../../../core/events/handoff-events.js'
import type { MaintEvent } from '../../../core/events/maint-events.js'
import type { Maint } from '../../../engine/maint/maint-status.js'
import { textOf } from '../../program/error-text.js'
import type { IncidentLog } from './incident-log.js'
import type { Interruption } from './message-log.js'

/** Counts and notes what a client of ours tells. */
export function noteMaint(maint: Pick<Maint, 'on' | 'onAny'>, log: IncidentLog): void {
  maint.onAny(event => {
    const text = tell(event)
    if (text !== undefined) log.note(text)
  })
  maint.on('handoff:completed', ({ durationMs, pausedMs, attempts }) =>
    log.handedOff({ durationMs, pausedMs, attempts }),
  )
}

/** Passes on each time of which a client of ours tells that messages may be missing. */
export function noteInterruptions(maint: Pick<Maint, 'on'>, listener: (interruption: Interruption) => void): void {
  maint.on('subscriptions:interrupted', listener)
  maint.on('subscriptions:restored', ({ refusedAt, at }) => listener({ fromAt: refusedAt, untilAt: at }))
}

/** The events worth a line, in words. */
function tell(event: MaintEvent): string | undefined {
  switch (event.name) {
    case 'handoff:started':
      return `hand-off to ${printRoute(event.payload.to)} started, ${round(event.payload.graceMs)} ms left`
    case 'handoff:completed':
      return tellCompleted(event.payload)
    case 'handoff:failed':
      return tellFailed(event.payload)
    case 'handoff:cancelled':
      return `hand-off to ${printRoute(event.payload.to)} cancelled: ${event.payload.cause}`
    case 'notification:ignored':
      return `${event.payload.notification.type} ignored: ${event.payload.cause}`
    case 'timeouts:relaxed':
      return `timeouts relaxed: ${event.payload.cause}`
    case 'timeouts:restored':
      return 'timeouts restored'
    default:
      return undefined
  }
}

function tellCompleted({ to, durationMs, pausedMs }: HandoffCompleted): string {
  return `hand-off to ${printRoute(to)} completed in ${round(durationMs)} ms, commands held for ${pausedMs.toFixed(1)} ms`
}

function tellFailed({ to, error, followedBy }: HandoffFailed): string {
  return `hand-off to ${printRoute(to)} failed: ${textOf(error)}; next: ${followedBy.replace('-', ' ')}`
}

function round(durationMs: number): string {
  return durationMs.toFixed(0)
}
