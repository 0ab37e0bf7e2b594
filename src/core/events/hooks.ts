import mitt, { type Emitter } from 'mitt'
import type { Clock } from '../../base/clock.js'
import type { MaintenanceNotification } from '../../notifications/notification.js'
import type { EventContext, MaintEvent, MaintEventName, MaintEvents } from './maint-events.js'

/** Takes a subscription back. Calling it twice does nothing. */
export type Unsubscribe = () => void

/** How a notification ended for the user's hooks. */
export type NotificationOutcome = 'acted-on' | 'skipped'

/**
 * Code of the user around each notification. What it throws, or rejects with, is reported as `hook:failed` and changes
 * nothing else. Nothing waits for a promise.
 */
export interface MaintHook {
  /** Runs before anything is done about the notification. With `'skip'` nothing is done about it. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a hook that only observes returns nothing
  before?(notification: MaintenanceNotification): 'skip' | undefined | void
  /** Runs after the notification was acted on or skipped. */
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

type AnyListener = (payload: never) => void

// mitt's types describe a CommonJS default export, which `nodenext` does not see as callable.
const createEmitter = mitt as unknown as () => Emitter<Record<string, unknown>>

/** Creates the hook bus of one client. */
export function createHooks(clock: Pick<Clock, 'epochMs'>): Hooks {
  const emitter = createEmitter()
  const all = new Set<(event: MaintEvent) => void>()
  const hooks = new Set<MaintHook>()

  const guard = <T>(event: string, task: () => T, about?: EventContext): T | undefined => {
    const report = (error: unknown): void => {
      // A listener of hook:failed that throws would be told of its own error without end.
      if (event === 'hook:failed') return
      const { connection, handoffId } = about ?? {}
      emit({ name: 'hook:failed', payload: { event, error, at: clock.epochMs(), connection, handoffId } })
    }
    try {
      const result = task()
      // Nothing else handles the rejection of an async listener, and Node would end the process.
      if (result instanceof Promise) result.catch(report)
      return result
    } catch (error) {
      report(error)
      return undefined
    }
  }
  const emit = (event: MaintEvent): void => {
    emitter.emit(event.name, event.payload)
    for (const listener of all) guard(event.name, () => listener(event), event.payload)
  }
  const on = (name: string, listener: AnyListener): Unsubscribe => {
    const guarded = (payload: unknown): void => guard(name, () => listener(payload as never), payload as EventContext)
    emitter.on(name, guarded)
    return () => emitter.off(name, guarded)
  }
  return {
    on,
    onAny: listener => addTo(all, listener),
    use: hook => addTo(hooks, hook),
    emit,
    before: notification =>
      [...hooks].map(hook => guard(notification.type, () => hook.before?.(notification))).includes('skip'),
    after: (notification, outcome) => {
      for (const hook of hooks) guard(notification.type, () => hook.after?.(notification, outcome))
    },
  }
}

function addTo<T>(set: Set<T>, item: T): Unsubscribe {
  set.add(item)
  return () => set.delete(item)
}
