import { printEndpoint } from '../base/endpoint.js'
import type { CommandWait } from '../core/events/command-wait.js'
import type { HandoffStarted } from '../core/events/handoff-events.js'
import type { HandoffContext } from '../core/events/maint-events.js'
import type { SpanAttributes } from './trace.js'

/** What the span of a hand-off says from the beginning. */
export function attributesOfStart(started: HandoffStarted & HandoffContext): SpanAttributes {
  const { handoffId, reason, to, graceMs, connection } = started
  return {
    'db.system.name': 'redis',
    'redis_hitless.handoff.id': handoffId,
    'redis_hitless.reason': reason,
    'redis_hitless.to': placeOf(to),
    'redis_hitless.grace_ms': graceMs,
    ...(to.type === 'endpoint' && { 'server.address': to.endpoint.host, 'server.port': to.endpoint.port }),
    ...(connection.address !== undefined && { 'network.peer.address': connection.address }),
  }
}

/** What the span of a command says that waits. */
export function attributesOfWait({ cause, handoffId, node }: CommandWait): SpanAttributes {
  return {
    'db.system.name': 'redis',
    'redis_hitless.cause': cause,
    ...(handoffId !== undefined && { 'redis_hitless.handoff.id': handoffId }),
    ...(node !== undefined && { 'redis_hitless.node': node }),
  }
}

function placeOf(to: HandoffStarted['to']): string {
  return to.type === 'configured' ? 'configured' : printEndpoint(to.endpoint)
}
