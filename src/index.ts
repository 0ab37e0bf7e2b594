export type { Endpoint } from './base/endpoint.js'
export {
  type AnyHitlessError,
  type CaptureFault,
  ERROR_CODES,
  type ErrorCode,
  type ErrorDetails,
  type ErrorFacts,
  type Executed,
  type HandoffFailedFacts,
  HitlessError,
  isHitlessError,
  type SimulatorUnavailableFacts,
} from './base/errors.js'
export { type MaintenanceWindow, windowOf } from './base/maintenance-window.js'
export type { HandoffReason, StateName } from './core/decide/phase.js'
export type { ConfiguredRoute, EndpointRoute, Route } from './core/decide/route.js'
export type { RelaxationCause } from './core/decide/windows/relaxations.js'
export type { CommandWait, CommandWaitEnd, WaitCause, WaitListener } from './core/events/command-wait.js'
export type { EventsOptions, ListenOptions } from './core/events/event-stream.js'
export type {
  HandoffCancelled,
  HandoffCompleted,
  HandoffFailed,
  HandoffStarted,
  HandoffStep,
} from './core/events/handoff-events.js'
export type { HookedNotification, HookedType, IgnoreCause, NotificationOf } from './core/events/hooked-notification.js'
export type { HookRegistry, Unsubscribe } from './core/events/hooks.js'
export {
  type AvailabilityChanged,
  type Capability,
  type ConnectionUnresponsive,
  type EventConnection,
  type EventContext,
  type EventFacts,
  type HandoffContext,
  type InternalFailed,
  MAINT_EVENT_NAMES,
  type MaintEvent,
  type MaintEventName,
  type MaintEvents,
  type NotificationIgnored,
  type NotificationRejected,
  type NotificationUnrecognised,
  type SessionIncomplete,
} from './core/events/maint-events.js'
export type { HandoffEnd, HookContext, MaintHook, NotificationOutcome } from './core/events/maint-hook.js'
export type { CommandRefused, CommandsResent, OwnRequest, RequestRefused } from './core/events/refusal-events.js'
export type { MaintSignal } from './core/events/signal.js'
export type {
  SubscriptionKind,
  SubscriptionsInterrupted,
  SubscriptionsRefused,
  SubscriptionsRestored,
} from './core/events/subscription-events.js'
export type { ActionWithheld } from './core/events/withheld-action.js'
export type { EndpointType } from './core/options/endpoint-type.js'
export type { HandoffOptions } from './core/options/handoff-options.js'
export type {
  AddressOptions,
  AgeOptions,
  AvailabilityOptions,
  HealthOptions,
  HitlessOptions,
  Loss,
  ReadOnlyRecovery,
  RecoveryOptions,
  RetryInFlight,
} from './core/options/hitless-options.js'
export type { MaintMode, MaintOptions } from './core/options/maint-options.js'
export type { AzureOptions, AzureReactions, Provider } from './core/options/provider-options.js'
export type { ChosenProvider } from './core/provider/provider.js'
export type { ReplyKind } from './core/replies/reply-kind.js'
export type { ChannelMessages } from './engine/link/events/event-channels.js'
export { decodeAzureMessage } from './notifications/azure-message.js'
export {
  AZURE_CHANNEL,
  type AzureDecodeResult,
  type AzureNotification,
  type AzureNotificationType,
} from './notifications/azure-notification.js'
export { decodePush } from './notifications/decode.js'
export type {
  DecodeResult,
  FailedOverNotification,
  FailingOverNotification,
  MaintenanceNotification,
  MigratedNotification,
  MigratingNotification,
  MovingNotification,
  Sequence,
  SlotMove,
  SlotRange,
  SlotsMigratedNotification,
  SlotsMigratingNotification,
} from './notifications/notification.js'
