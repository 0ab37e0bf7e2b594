import { type Endpoint, printEndpoint, sameEndpoint, toEndpoint } from '../../base/endpoint.js'
import { endpointOf } from '../../core/decide/route.js'
import type { HookedNotification } from '../../core/events/hooked-notification.js'
import type { MaintEvent } from '../../core/events/maint-events.js'
import type { ScenarioNode } from './node-settings.js'
import type { LogEntry } from './scenario.js'

/** Which node an endpoint belongs to, and which endpoint a node has. */
export class Places {
  readonly #endpoints: ReadonlyMap<string, Endpoint>

  constructor(endpoints: ReadonlyMap<string, Endpoint>) {
    this.#endpoints = endpoints
  }

  /** The places of a scenario's nodes. */
  static of(nodes: Readonly<Record<string, ScenarioNode>>): Places {
    const pairs = Object.entries(nodes).map(([name, { endpoint }]): [string, Endpoint] => {
      const byDefault = { host: `${name}.test`, port: 6379 }
      return [name, (endpoint === undefined ? undefined : toEndpoint(endpoint)) ?? byDefault]
    })
    return new Places(new Map(pairs))
  }

  /** @throws RangeError when there is no such node. */
  endpointOf(name: string): Endpoint {
    const endpoint = this.#endpoints.get(name)
    if (endpoint === undefined) throw new RangeError(`There is no node ${name}`)
    return endpoint
  }

  /** The name of a node, or the endpoint itself where no node is there; `null` stays `null`. */
  nameOf(endpoint: Endpoint | null): string | null {
    if (endpoint === null) return null
    const found = [...this.#endpoints].find(([, place]) => sameEndpoint(place, endpoint))
    return found?.[0] ?? printEndpoint(endpoint)
  }

  /** A hook event as an entry of the log, with nodes by name. */
  toEntry(event: MaintEvent, at: number): LogEntry {
    return { at, event: event.name, ...this.#fieldsOf(event) }
  }

  // biome-ignore lint/complexity/noExcessiveLinesPerFunction: a table of all events with what is compared of them
  #fieldsOf({ name, payload }: MaintEvent): Omit<LogEntry, 'at' | 'event'> {
    switch (name) {
      case 'moving':
        return { sequence: numberOf(payload), graceMs: payload.graceMs, endpoint: this.nameOf(payload.endpoint) }
      case 'migrating':
      case 'failing-over':
      case 'slots-migrating':
        return { sequence: numberOf(payload), graceMs: payload.graceMs }
      case 'migrated':
      case 'failed-over':
      case 'slots-migrated':
        return { sequence: numberOf(payload) }
      case 'notification:ignored':
        return { type: payload.notification.type, sequence: numberOf(payload.notification), cause: payload.cause }
      case 'handoff:failed':
        return {
          reason: payload.reason,
          to: this.nameOf(endpointOf(payload.to)),
          attempts: payload.attempts,
          followedBy: payload.followedBy,
          message: messageOf(payload.error),
        }
      case 'handoff:started':
      case 'handoff:completed':
      case 'handoff:cancelled': {
        const { at: _, connection: __, handoffId: ___, steps: ____, ...facts } = { steps: undefined, ...payload }
        return { ...facts, to: this.nameOf(endpointOf(payload.to)) }
      }
      case 'action:withheld':
        return {
          action: payload.action,
          cause: payload.cause,
          ...('to' in payload && { to: this.nameOf(endpointOf(payload.to)), graceMs: payload.graceMs }),
        }
      case 'writes:paused':
      case 'writes:resumed':
      case 'timeouts:relaxed':
        return { cause: payload.cause }
      case 'command:refused':
        return { command: payload.command, kind: payload.kind }
      case 'session:incomplete':
        return { command: payload.command.join(' '), message: messageOf(payload.error) }
      case 'subscriptions:refused':
      case 'subscriptions:restored': {
        const { kind, channels } = payload
        return { kind, channel: channels.join(' '), ...('error' in payload && { message: messageOf(payload.error) }) }
      }
      case 'hook:failed':
      case 'internal:failed':
        return { message: messageOf(payload.error) }
      default:
        return {}
    }
  }
}

/** The message of an error, or another value as text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function numberOf(notification: HookedNotification): number | null {
  return 'sequence' in notification && notification.sequence !== undefined ? Number(notification.sequence) : null
}
