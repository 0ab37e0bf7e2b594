import type { Clock } from '../../base/clock.js'
import type { MaintenanceNotification } from '../../notifications/notification.js'
import type { EventContext, MaintEvent, MaintEventName, MaintEvents } from './maint-events.js'

/** Takes a subscription back. Calling it twice does nothing. */
export type Unsubscribe = () => void

/** How a notification ended for the user's hooks. */
export type NotificationOutcome = 'acted-on' | 'skipped' | 'ignored'

/**
 * Code of the user around each notification. What it throws, or rejects with, is reported as `hook:failed` and changes
 * nothing else. Nothing waits for a promise.
 */
export interface MaintHook {
  /** Runs before anything is done about the notification. With `'skip'` nothing is done about it. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a hook that only observes returns nothing
  before?(notification: MaintenanceNotification): 'skip' | undefined | void
  /** Runs after the notification was acted on, skipped, or ignored as a copy or a replay. */
  after?(notification: MaintenanceNotification, outcome: NotificationOutcome): void
}

/** Subscribers and hooks of one client. What one of them throws reaches no other. */
export interface Hooks {
  on<K extends MaintEventName>(name: K, listener: (payload: MaintEvents[K]) => void): Unsubscribe
  /** Every event, by name. */
  onAny(listener: (event: MaintEvent) => void): Unsubscribe
  use(hook: MaintHook): Unsubscribe
  emit(event: MaintEvent): void
  /** Whether some hook wants a notification skipped. */
  before(notification: MaintenanceNotification): boolean
  after(notification: MaintenanceNotification, outcome: NotificationOutcome): void
}

/** The subscription of one function; the same one may be subscribed twice. */
interface Subscription {
  readonly listener: (payload: never) => void
}

/** Creates the hook bus of one client. */
export function createHooks(clock: Pick<Clock, 'epochMs'>): Hooks {
  return new HookBus(clock)
}

/** Most clients have no listeners, so tables are made with the first one. */
class HookBus implements Hooks {
  readonly #clock: Pick<Clock, 'epochMs'>
  #byName: Map<string, readonly Subscription[]> | undefined
  #toAll: Set<(event: MaintEvent) => void> | undefined
  #hooks: Set<MaintHook> | undefined

  constructor(clock: Pick<Clock, 'epochMs'>) {
    this.#clock = clock
  }

  on(name: string, listener: (payload: never) => void): Unsubscribe {
    const subscription: Subscription = { listener }
    this.#byName ??= new Map()
    const subscriptions = this.#byName
    subscriptions.set(name, [...(subscriptions.get(name) ?? []), subscription])
    return () => {
      const others = subscriptions.get(name)?.filter(other => other !== subscription)
      subscriptions.set(name, others ?? [])
    }
  }

  onAny(listener: (event: MaintEvent) => void): Unsubscribe {
    this.#toAll ??= new Set()
    return addTo(this.#toAll, listener)
  }

  use(hook: MaintHook): Unsubscribe {
    this.#hooks ??= new Set()
    return addTo(this.#hooks, hook)
  }

  emit(event: MaintEvent): void {
    const { name, payload } = event
    for (const { listener } of this.#byName?.get(name) ?? [])
      this.#guard(name, () => listener(payload as never), payload)
    for (const listener of this.#toAll ?? []) this.#guard(name, () => listener(event), payload)
  }

  before(notification: MaintenanceNotification): boolean {
    const answers = [...(this.#hooks ?? [])].map(hook =>
      this.#guard(notification.type, () => hook.before?.(notification)),
    )
    return answers.includes('skip')
  }

  after(notification: MaintenanceNotification, outcome: NotificationOutcome): void {
    for (const hook of this.#hooks ?? []) this.#guard(notification.type, () => hook.after?.(notification, outcome))
  }

  /** Runs code of the user. What it throws is told, and changes nothing else. */
  #guard<T>(event: string, task: () => T, about?: EventContext): T | undefined {
    try {
      const result = task()
      // Nothing else handles the rejection of an async listener, and Node would end the process.
      if (result instanceof Promise) result.catch(error => this.#report(error, event, about))
      return result
    } catch (error) {
      this.#report(error, event, about)
      return undefined
    }
  }

  #report(error: unknown, event: string, { connection, handoffId }: Partial<EventContext> = {}): void {
    // A listener of hook:failed that throws would be told of its own error without end.
    if (event === 'hook:failed') return
    const at = this.#clock.epochMs()
    this.emit({ name: 'hook:failed', payload: { event, error, at, connection, handoffId } })
  }
}

function addTo<T>(set: Set<T>, item: T): Unsubscribe {
  set.add(item)
  return () => set.delete(item)
}
