import {
  type Effect,
  type Input,
  type LinkState,
  NEW_LINK,
  type Policy,
} from '../../../../src/core/decide/link-state.js'
import type { ConnectionId } from '../../../../src/core/decide/phase.js'
import { reduce } from '../../../../src/core/decide/reducer.js'
import type { EndpointRoute } from '../../../../src/core/decide/route.js'
import type { BareEvent } from '../../../../src/core/events/maint-events.js'
import { resolveOptions } from '../../../../src/core/options/resolve-options.js'
import { identityOf } from '../../../../src/notifications/event-identity.js'
import type { MaintenanceNotification } from '../../../../src/notifications/notification.js'

type Given<T extends MaintenanceNotification['type']> = Partial<Extract<MaintenanceNotification, { type: T }>>

/** The numbers that a client uses which begins its hand-offs at once, and is without other options. */
export const POLICY: Policy = resolveOptions({ maintNotifications: { handoff: { spread: 0 } } }).policy

/** A notification with the fields that matter to a test. */
export function notificationOf<T extends MaintenanceNotification['type']>(
  type: T,
  given: Given<T> = {},
): MaintenanceNotification {
  const common = {
    sequence: 1,
    receivedAt: 0,
    raw: [],
    graceMs: 15_000,
    shards: [],
    slots: [],
    moves: [],
    endpoint: null,
  }
  return { ...common, ...given, type } as MaintenanceNotification
}

/** The input by which a connection tells of a notification. */
export function told(connection: ConnectionId, notification: MaintenanceNotification): Input {
  return { type: 'notification', connection, identity: identityOf(notification), notification }
}

/** A link on its course: what was decided so far, and at what time. */
export class Course {
  link: LinkState = NEW_LINK
  now = 0
  /** The effects of the latest decision. */
  effects: readonly Effect[] = []
  readonly #policy: Policy

  constructor(policy: Partial<Policy> = {}) {
    this.#policy = { ...POLICY, ...policy }
  }

  /** A course on which connection 1 serves. */
  static serving(policy?: Partial<Policy>): Course {
    return new Course(policy).take({ type: 'connect' }).take({ type: 'dialled', connection: 1 })
  }

  /** A course on which connection 2 is dialled for a move from 1 to `b`. */
  static preparing(): Course {
    return Course.serving().take(told(1, MOVING_TO_B))
  }

  /** A course on which connection 2 is ready, and the application still has 1 checked out. */
  static awaitingRelease(): Course {
    return Course.preparing().take({ type: 'dialled', connection: 2 })
  }

  /** A course on which connection 1 is fenced, and 2 is ready. */
  static fencing(): Course {
    return Course.preparing().ready(2)
  }

  /** Lets time pass. */
  wait(spanMs: number): this {
    this.now += spanMs
    return this
  }

  /** Decides about an input. */
  take(input: Input): this {
    const { link, effects } = reduce(this.link, input, { now: this.now, policy: this.#policy })
    this.link = link
    this.effects = effects
    return this
  }

  /** The next connection is ready, and the application is through with the one that serves. */
  ready(next: ConnectionId): this {
    this.take({ type: 'dialled', connection: next })
    for (const until of ['returned', 'untied'] as const) {
      const { phase } = this.link
      if (phase.state === 'awaiting-release') this.take({ type: 'released', connection: phase.current, next, until })
    }
    return this
  }

  /** The types of the latest effects, without what hooks are told. */
  get did(): readonly string[] {
    return this.effects.map(({ type }) => type).filter(type => type !== 'settle-notification')
  }

  /** What hooks are told of the latest decision: the hand-off that it led to, or why it was ignored. */
  get settled(): readonly (number | string | undefined)[] {
    return this.effectsOf('settle-notification').map(({ handoff, ignored }) => ignored ?? handoff)
  }

  /** The hook events of the latest decision. */
  get emitted(): readonly BareEvent[] {
    return this.effects.flatMap(effect => (effect.type === 'emit' ? [effect.event] : []))
  }

  /** The latest effects of one type. */
  effectsOf<T extends Effect['type']>(type: T): readonly Extract<Effect, { type: T }>[] {
    return this.effects.filter((effect): effect is Extract<Effect, { type: T }> => effect.type === type)
  }
}

/** Where {@link MOVING_TO_B} leads. */
export const B = { host: 'b', port: 6379 } as const

/** The route to it. */
export const TO_B: EndpointRoute = { type: 'endpoint', endpoint: B }

/** A move within 15 s, with sequence 1. */
export const MOVING_TO_B: MaintenanceNotification = notificationOf('moving', { endpoint: B })
