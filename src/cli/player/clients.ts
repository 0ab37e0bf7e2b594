import { subscribe } from 'node:diagnostics_channel'
import { createClient as createPlainClient, type RedisClientType } from '@redis/client'
import { createClient as createHitlessClient } from '../../adapters/node-redis/hitless-client.js'
import { printRoute } from '../../core/decide/route.js'
import type { HandoffCompleted, HandoffFailed, MaintEvent } from '../../core/events/maint-events.js'
import { textOf } from '../program/error-text.js'
import type { IncidentLog } from './incident-log.js'
import type { ClientKind } from './player-messages.js'

/** A client as an application holds it. */
export type ApplicationClient = Pick<
  RedisClientType,
  'get' | 'set' | 'incr' | 'multi' | 'mGet' | 'connect' | 'close' | 'destroy' | 'on'
>

/** Creates a client as an application would, with a listener for `error`, and counts what happens to it. */
export function createApplicationClient(kind: ClientKind, url: string, log: IncidentLog): ApplicationClient {
  const client = kind === 'redis-hitless' ? createHitless(url, log) : createPlain(url, log)
  client.on('error', error => log.failed(error))
  client.on('reconnecting', () => log.reconnecting())
  return client
}

/** A client that only reads back what the server holds. */
export function createAuditor(url: string): ApplicationClient {
  const auditor: ApplicationClient = createPlainClient({
    url,
    maintNotifications: 'disabled',
    socket: { reconnectStrategy: false },
  })
  return auditor.on('error', () => {})
}

/** Ends a client at once, in whatever state it is. */
export function discard(client: Pick<ApplicationClient, 'destroy'>): void {
  try {
    client.destroy()
  } catch {
    // It was closed to the point where there is nothing left to destroy.
  }
}

function createHitless(url: string, log: IncidentLog): ApplicationClient {
  const client = createHitlessClient({ url })
  client.maint.onAny(event => {
    const text = tell(event)
    if (text !== undefined) log.note(text)
  })
  client.maint.on('handoff:completed', ({ durationMs, pausedMs, attempts }) =>
    log.handedOff({ durationMs, pausedMs, attempts }),
  )
  return client
}

function createPlain(url: string, log: IncidentLog): ApplicationClient {
  // Its own maintenance support is on by default and has no events; this channel is where it tells of moves.
  subscribe('node-redis:connection:handoff', () => {
    log.handedOff()
    log.note('hand-off completed')
  })
  return createPlainClient({ url })
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
