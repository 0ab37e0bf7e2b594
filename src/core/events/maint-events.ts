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
import type { RelaxationCause } from '../decide/relaxations.js'
import type { Route } from '../decide/route.js'
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
      /** When the first attempt failed, and when the next is due, both in milliseconds since 1970. */
      readonly sinceAt: number
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
  readonly cause: IgnoreCause
}

/** Something that the application had set up could not be set up on the next connection. */
export interface SessionIncomplete {
  readonly command: readonly string[]
  readonly error: unknown
}

/** A push frame that could not be used. */
export interface NotificationRejected {
  readonly name: string
  readonly reason: string
  readonly raw: readonly unknown[]
}

/** A maintenance notification of a kind that this version does not know. */
export interface NotificationUnrecognised {
  readonly name: string
  readonly raw: readonly unknown[]
}

/** Whether the server sends notifications on this connection. */
export type Capability =
  | { readonly state: 'unknown' }
  | { readonly state: 'supported'; readonly endpointType: EndpointType }
  | { readonly state: 'unsupported'; readonly reason: string }
  | { readonly state: 'off'; readonly reason: string }

/** Something inside this library threw. */
export interface InternalFailed {
  /** What was being done: an effect of the state machine by its name, or `decision`. */
  readonly during: string
  readonly error: unknown
}

/** The facts of every hook event, by name. Notifications are told under their own type. */
export interface EventFacts extends Readonly<Record<AzureNotificationType, AzureNotification>> {
  moving: MovingNotification
  migrating: MigratingNotification
  migrated: MigratedNotification
  'failing-over': FailingOverNotification
  'failed-over': FailedOverNotification
  'slots-migrating': SlotsMigratingNotification
  'slots-migrated': SlotsMigratedNotification
  'notification:ignored': NotificationIgnored
  'notification:rejected': NotificationRejected
  'notification:unrecognised': NotificationUnrecognised
  'handoff:started': HandoffStarted
  'handoff:completed': HandoffCompleted
  'handoff:failed': HandoffFailed
  'handoff:cancelled': HandoffCancelled
  'action:withheld': ActionWithheld
  'timeouts:relaxed': { readonly cause: RelaxationCause }
  'timeouts:restored': Readonly<Record<never, never>>
  'command:refused': CommandRefused
  'request:refused': RequestRefused
  'commands:resent': CommandsResent
  'connection:unresponsive': ConnectionUnresponsive
  'availability:changed': AvailabilityChanged
  'writes:paused': { readonly cause: 'not-writable' | 'announced' }
  'writes:resumed': { readonly cause: 'not-writable' | 'announced' }
  'subscriptions:interrupted': SubscriptionsInterrupted
  'subscriptions:refused': SubscriptionsRefused
  'subscriptions:restored': SubscriptionsRestored
  'session:incomplete': SessionIncomplete
  'capability:changed': Capability
  'hook:failed': { readonly event: string; readonly error: unknown }
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
