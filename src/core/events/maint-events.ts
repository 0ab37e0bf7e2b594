import type { AzureNotification, AzureNotificationType } from '../../notifications/azure-notification.js'
import type {
  FailedOverNotification,
  FailingOverNotification,
  MigratedNotification,
  MigratingNotification,
  MovingNotification,
  SlotsMigratedNotification,
  SlotsMigratingNotification,
} from '../../notifications/notification.js'
import type { Route } from '../decide/route.js'
import type { RelaxationCause } from '../decide/windows/relaxations.js'
import type { EndpointType } from '../options/endpoint-type.js'
import type { HandoffCancelled, HandoffCompleted, HandoffFailed, HandoffStarted } from './handoff-events.js'
import type { HookedNotification, IgnoreCause } from './hooked-notification.js'
import type { CommandRefused, CommandsResent, RequestRefused } from './refusal-events.js'
import type { SubscriptionsInterrupted, SubscriptionsRefused, SubscriptionsRestored } from './subscription-events.js'
import type { ActionWithheld } from './withheld-action.js'

/** Which connection an event is about. */
export interface EventConnection {
  /** The number of the client, or of the client within its pool, in this process: it outlives its connections. */
  readonly link: number
  /** The number of the pool of that client in this process; `undefined` for a client of its own. */
  readonly pool: number | undefined
  /** The number of the connection among those of its client, from 1. */
  readonly id: number
  /** Where it was meant to lead. */
  readonly route: Route
  /** What it is connected to; `undefined` where that is not known, as of a unix socket. */
  readonly address: string | undefined
}

/** What every event says besides its own facts: when, on which connection, in which hand-off. */
export interface EventContext {
  /** When it was told, in milliseconds since 1970. */
  readonly at: number
  /** Of a hand-off the connection that is being left, once it is completed the one that took over. */
  readonly connection: EventConnection | undefined
  /** The same for all events of one hand-off. It is unique in this process. */
  readonly handoffId: string | undefined
}

/** The context of an event of a hand-off. */
export interface HandoffContext extends EventContext {
  readonly connection: EventConnection
  readonly handoffId: string
}

/** Whether the server can be reached from this process. */
export type AvailabilityChanged =
  | { readonly state: 'available' }
  | {
      readonly state: 'unavailable'
      /** When the first attempt failed, in milliseconds since 1970. */
      readonly sinceAt: number
      /** When the next attempt is due, in milliseconds since 1970. */
      readonly retryAt: number
      /** What the last attempt failed with. */
      readonly cause: unknown
    }

/** A connection owes answers and says nothing: another one is made beside it. */
export interface ConnectionUnresponsive {
  /** Since the last byte, in milliseconds. */
  readonly unresponsiveForMs: number
}

/** A notification that changes nothing. */
export interface NotificationIgnored {
  readonly notification: HookedNotification
  /** Why, such as `duplicate`: it was told before. */
  readonly cause: IgnoreCause
}

/** Something that the application had set up could not be set up on the next connection. */
export interface SessionIncomplete {
  /** What would have set it up, without secrets. */
  readonly command: readonly string[]
  /** Why that failed: the answer of the server, or a HitlessError `SESSION_TORN` for what only the application can begin again. */
  readonly error: unknown
}

/** A push frame that could not be used. */
export interface NotificationRejected {
  /** The first item of the frame. */
  readonly name: string
  /** Which field makes no sense, and why. */
  readonly reason: string
  /** The frame item by item, with long texts and lists cut short. */
  readonly raw: readonly unknown[]
}

/** A maintenance notification of a kind that this version does not know. */
export interface NotificationUnrecognised {
  /** The first item of the frame. */
  readonly name: string
  /** The frame item by item, with long texts and lists cut short. */
  readonly raw: readonly unknown[]
}

/**
 * Whether the server sends notifications on this connection: by its answer to `CLIENT MAINT_NOTIFICATIONS`, which has not come
 * yet in `unknown`; in `off` it is not asked. `reason` is one sentence for people.
 */
export type Capability =
  | { readonly state: 'unknown' }
  | { readonly state: 'supported'; readonly endpointType: EndpointType }
  | { readonly state: 'unsupported'; readonly reason: string }
  | { readonly state: 'off'; readonly reason: string }

/** Something inside this library threw. */
export interface InternalFailed {
  /** What was being done: an effect of the state machine by its name, or `decision`. */
  readonly during: string
  /** What was thrown. */
  readonly error: unknown
}

/** The facts of every hook event, by name. Notifications are told under their own type. */
export interface EventFacts extends Readonly<Record<AzureNotificationType, AzureNotification>> {
  /** The server will close this connection, and says where to go. */
  moving: MovingNotification
  /** Shards begin to migrate: answers may be slow. */
  migrating: MigratingNotification
  /** The end of `migrating`. */
  migrated: MigratedNotification
  /** Shards begin to fail over: answers may be slow. */
  'failing-over': FailingOverNotification
  /** The end of `failing-over`. */
  'failed-over': FailedOverNotification
  /** Slots of a cluster begin to move. */
  'slots-migrating': SlotsMigratingNotification
  /** Slots of a cluster have moved. */
  'slots-migrated': SlotsMigratedNotification
  /** A notification changes nothing. */
  'notification:ignored': NotificationIgnored
  /** A push frame has the name of a notification, and fields that make no sense. */
  'notification:rejected': NotificationRejected
  /** A push frame looks like a notification of a kind that this version does not know. */
  'notification:unrecognised': NotificationUnrecognised
  /** A connection is about to be replaced. */
  'handoff:started': HandoffStarted
  /** Another connection serves. */
  'handoff:completed': HandoffCompleted
  /** An attempt failed, or the last one. */
  'handoff:failed': HandoffFailed
  /** A hand-off was given up for another reason than failure. */
  'handoff:cancelled': HandoffCancelled
  /** In a dry run: what would have been done. */
  'action:withheld': ActionWithheld
  /** Timeouts are raised, for one reason more. */
  'timeouts:relaxed': { readonly cause: RelaxationCause }
  /** Timeouts are as configured again. */
  'timeouts:restored': Readonly<Record<never, never>>
  /** A server refused commands of the application. */
  'command:refused': CommandRefused
  /** A server refused a command of this library. */
  'request:refused': RequestRefused
  /** Commands were sent again that had no answer. */
  'commands:resent': CommandsResent
  /** A connection owes answers and says nothing. */
  'connection:unresponsive': ConnectionUnresponsive
  /** The server can be reached, or no longer. */
  'availability:changed': AvailabilityChanged
  /** Writes wait: no server takes them, or one has announced that. */
  'writes:paused': { readonly cause: 'not-writable' | 'announced' }
  /** Writes go on. */
  'writes:resumed': { readonly cause: 'not-writable' | 'announced' }
  /** Subscribed channels may have missed messages. */
  'subscriptions:interrupted': SubscriptionsInterrupted
  /** A server refused channels to which the application is subscribed. */
  'subscriptions:refused': SubscriptionsRefused
  /** Such channels are heard again. */
  'subscriptions:restored': SubscriptionsRestored
  /** Something that the application had set up is missing on the next connection. */
  'session:incomplete': SessionIncomplete
  /** It is known whether the server sends notifications. */
  'capability:changed': Capability
  /** A listener or hook of the application threw; `event` is what it was told. */
  'hook:failed': { readonly event: string; readonly error: unknown }
  /** Something inside this library threw. */
  'internal:failed': InternalFailed
}

/** The name of a hook event. */
export type MaintEventName = keyof EventFacts

/** Every hook event with its payload: its facts, and when and where it happened. */
export type MaintEvents = {
  readonly [K in MaintEventName]: EventFacts[K] & (K extends `handoff:${string}` ? HandoffContext : EventContext)
}

/** An event as a decision makes it, before time and connection are added. */
export type BareEvent = {
  [K in MaintEventName]: { readonly name: K; readonly payload: EventFacts[K] }
}[MaintEventName]

/** A hook event as data: its name and what it carries. */
export type MaintEvent = {
  [K in MaintEventName]: { readonly name: K; readonly payload: MaintEvents[K] }
}[MaintEventName]

/** Every hook event's name, for subscribers that want all and for the documents' test. */
export const MAINT_EVENT_NAMES: readonly MaintEventName[] = [
  'moving',
  'migrating',
  'migrated',
  'failing-over',
  'failed-over',
  'slots-migrating',
  'slots-migrated',
  'azure-scheduled',
  'azure-starting',
  'azure-start',
  'azure-failover-complete',
  'azure-ended',
  'azure-scale-complete',
  'azure-unknown',
  'notification:ignored',
  'notification:rejected',
  'notification:unrecognised',
  'handoff:started',
  'handoff:completed',
  'handoff:failed',
  'handoff:cancelled',
  'action:withheld',
  'timeouts:relaxed',
  'timeouts:restored',
  'command:refused',
  'request:refused',
  'commands:resent',
  'connection:unresponsive',
  'availability:changed',
  'writes:paused',
  'writes:resumed',
  'subscriptions:interrupted',
  'subscriptions:refused',
  'subscriptions:restored',
  'session:incomplete',
  'capability:changed',
  'hook:failed',
  'internal:failed',
]
