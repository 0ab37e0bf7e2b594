import type { HandoffFailed } from '../core/events/handoff-events.js'
import type { MaintEvent } from '../core/events/maint-events.js'

/** A line of a log. */
export interface LogEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
}

/** The same frame is told again in a log after this time, in milliseconds. */
const AGAIN_AFTER_MS = 60_000

/** How many endpoints and frames are remembered. */
const CAPACITY = 256

/** Decides which events are worth a line, and of which level. */
export class LogLevels {
  /** When something was logged last that comes again and again. */
  readonly #loggedAt = new Map<string, number>()

  /** The line for an event; `undefined` where it says nothing new. */
  // biome-ignore lint/complexity/noExcessiveLinesPerFunction: a table of all events
  entryOf(event: MaintEvent): LogEntry | undefined {
    const { name, payload } = event
    switch (name) {
      case 'moving':
      case 'migrating':
      case 'migrated':
      case 'failing-over':
      case 'failed-over':
      case 'slots-migrating':
      case 'slots-migrated':
        return { level: 'info', message: `Redis announces ${name}` }
      case 'notification:ignored':
        return { level: 'debug', message: `${payload.notification.type} is ignored: ${payload.cause}` }
      case 'notification:rejected':
        if (this.#isKnown(`rejected ${payload.name}`, payload.at, AGAIN_AFTER_MS)) return undefined
        return { level: 'warn', message: `A notification makes no sense: ${payload.reason}` }
      case 'notification:unrecognised':
        if (this.#isKnown(`unrecognised ${payload.name}`, payload.at, AGAIN_AFTER_MS)) return undefined
        return { level: 'debug', message: 'A push of an unknown kind came' }
      case 'handoff:started':
        return { level: 'debug', message: `A hand-off begins: ${payload.reason}` }
      case 'handoff:completed':
        return { level: 'info', message: `Handed off in ${payload.durationMs} ms: ${payload.reason}` }
      case 'handoff:failed':
        return failed(payload)
      case 'handoff:cancelled':
        return { level: 'debug', message: `A hand-off is given up: ${payload.cause}` }
      case 'action:withheld':
        return { level: 'info', message: `Dry run, not done: ${payload.action} because of ${payload.cause}` }
      case 'timeouts:relaxed':
        return { level: 'debug', message: `Timeouts are relaxed: ${payload.cause}` }
      case 'timeouts:restored':
        return { level: 'debug', message: 'Timeouts are as configured again' }
      case 'command:refused':
        return {
          level: payload.recovery === 'none' ? 'debug' : 'info',
          message: `A command is refused: ${payload.kind}`,
        }
      case 'commands:resent':
        return { level: 'info', message: `${payload.count} commands are sent again: ${payload.cause}` }
      case 'connection:unresponsive':
        return { level: 'warn', message: `A connection is silent for ${Math.round(payload.unresponsiveForMs)} ms` }
      case 'availability:changed':
        if (payload.state === 'available') return { level: 'info', message: 'Redis can be reached' }
        return { level: 'warn', message: 'Redis cannot be reached' }
      case 'writes:paused':
        return { level: 'info', message: `Writes wait: ${payload.cause}` }
      case 'writes:resumed':
        return { level: 'info', message: 'Writes no longer wait' }
      case 'subscriptions:interrupted':
        return { level: 'warn', message: 'Messages may be missing: subscriptions were without a connection' }
      case 'subscriptions:refused':
        return { level: 'warn', message: `Subscriptions are refused: ${payload.kind}` }
      case 'subscriptions:restored':
        return { level: 'info', message: `Subscriptions are accepted again: ${payload.kind}` }
      case 'session:incomplete':
        return { level: 'warn', message: `Not set up on the next connection: ${payload.command[0]}` }
      case 'capability:changed':
        return this.#capability(payload)
      case 'hook:failed':
        return { level: 'error', message: `A listener or hook failed at ${payload.event}` }
      case 'internal:failed':
        return { level: 'error', message: `A step of redis-hitless failed: ${payload.during}` }
      case 'request:refused':
        return { level: 'info', message: `The server refuses ${payload.request} to this library` }
      default:
        if (name.startsWith('azure-')) return { level: 'info', message: `Azure announces ${name}` }
        return { level: 'debug', message: name }
    }
  }

  /** That a server sends no notifications is normal, and every connection learns it: one line for each endpoint. */
  #capability({
    state,
    at,
    connection,
  }: Extract<MaintEvent, { name: 'capability:changed' }>['payload']): LogEntry | undefined {
    const key = `capability ${state} ${connection?.address}`
    if (state === 'unknown' || this.#isKnown(key, at, Number.POSITIVE_INFINITY)) return undefined
    return { level: 'debug', message: `Maintenance notifications are ${state}` }
  }

  #isKnown(key: string, at: number, forMs: number): boolean {
    const loggedAt = this.#loggedAt.get(key)
    if (loggedAt !== undefined && at - loggedAt < forMs) return true
    this.#loggedAt.set(key, at)
    const [oldest] = this.#loggedAt.keys()
    if (this.#loggedAt.size > CAPACITY && oldest !== undefined) this.#loggedAt.delete(oldest)
    return false
  }
}

/** Where nothing follows, the connection is going to be cut. */
function failed({ reason, followedBy }: HandoffFailed): LogEntry {
  if (followedBy === 'nothing') return { level: 'warn', message: `A hand-off failed for good: ${reason}` }
  return { level: 'debug', message: `An attempt of a hand-off failed: ${reason}, then ${followedBy}` }
}
