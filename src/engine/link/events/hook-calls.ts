import { printEndpoint } from '../../../base/endpoint.js'
import type { Effect } from '../../../core/decide/link-state.js'
import type { ConnectionId } from '../../../core/decide/phase.js'
import type { Answer, DescribeContext } from '../../../core/events/hooks.js'
import type { HookContext, NotificationOutcome } from '../../../core/events/maint-hook.js'
import { describeConnection, handoffIdOf } from '../../../core/events/tell.js'
import type { MaintenanceNotification } from '../../../notifications/notification.js'
import type { Connections } from '../../connect/connections.js'
import type { Context } from '../../database/context.js'
import type { Connection } from '../../session/connection.js'

/** A link whose notifications hooks see. */
export interface HookedLink {
  readonly context: Context
  readonly path: { readonly session: { readonly subscriptions: { readonly isActive: boolean } } }
  readonly connections: Pick<Connections, 'get'>
  readonly serving: { readonly current: Connection | undefined }
}

/** What is decided about a notification that a server or a signal told. */
export type Settled = Omit<Extract<Effect, { type: 'settle-notification' }>, 'type'>

/** Calls the hooks of the application for one link. */
export class HookCalls {
  readonly #link: HookedLink

  constructor(link: HookedLink) {
    this.#link = link
  }

  /** What is to be acted on in place of a notification. */
  ask(connection: ConnectionId, notification: MaintenanceNotification): Answer<MaintenanceNotification> {
    return this.#link.context.hooks.before(notification, this.contextOf(connection, sourceOf(notification)))
  }

  /** Tells what becomes of a notification, and later how its hand-off ended. */
  settle({ notification, connection, handoff, ignored }: Settled): void {
    const { hooks, tell } = this.#link.context
    const context = this.contextOf(connection, sourceOf(notification))
    const handoffId = handoff === undefined ? undefined : handoffIdOf(tell, handoff)
    const outcome: NotificationOutcome =
      ignored === undefined ? { result: 'handled', handoffId } : { result: 'ignored', cause: ignored }
    hooks.after(notification, outcome, context)
    if (handoffId !== undefined) hooks.follow(handoffId, notification, context)
  }

  /** Says where a notification came from, when it is asked. */
  contextOf(id: ConnectionId | undefined, source: HookContext['source']): DescribeContext {
    const { context, path, connections, serving } = this.#link
    return () => {
      const { clock, target, hooks, tell } = context
      const connection = (id === undefined ? undefined : connections.get(id)) ?? serving.current
      const place = { link: tell.link, pool: hooks.pool }
      return {
        at: clock.epochMs(),
        source,
        ...place,
        node: target.host === undefined ? undefined : printEndpoint({ host: target.host, port: target.port }),
        connection: connection && describeConnection(place, connection),
        blocking: (connection?.blocked ?? 0) > 0,
        subscribed: path.session.subscriptions.isActive,
      }
    }
  }
}

/** Who told of a notification that is no announcement of Azure. */
function sourceOf({ raw }: MaintenanceNotification): 'server' | 'signal' {
  return raw[0] === 'signal' ? 'signal' : 'server'
}
