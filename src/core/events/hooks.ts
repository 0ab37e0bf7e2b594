import type { Clock } from '../../base/clock.js'
import type { CommandWait, CommandWaitEnd, WaitListener } from './command-wait.js'
import { HandoffFollower } from './handoff-follower.js'
import type { HookedNotification, HookedType } from './hooked-notification.js'
import type { EventContext, MaintEvent, MaintEventName, MaintEvents } from './maint-events.js'
import type { HookContext, MaintHook, NotificationOutcome } from './maint-hook.js'
import { readReplacement } from './replacement.js'

/** Takes a subscription back. Calling it twice does nothing. */
export type Unsubscribe = () => void

/** What is acted on in place of a notification. */
export type Answer<N extends HookedNotification = HookedNotification> = N | 'skip'

/** Makes the context of a call; where there are no hooks it is not made. */
export type DescribeContext = () => HookContext

/** Where hooks are added. */
export interface HookRegistry {
  /**
   * Adds code around each notification, or around those of some types. Hooks run in the order in which they were added,
   * each on what the one before has made of the notification; one that wants it skipped is decisive.
   */
  use<K extends HookedType = HookedType>(hook: MaintHook<K>): Unsubscribe
}

/** Where events are published besides: for those that have no client at hand. */
export interface EventChannels {
  /** Whether anybody listens to an event. */
  hears(name: MaintEventName): boolean
  publish(event: MaintEvent): void
}

/** Subscribers and hooks of one client or pool. What one of them throws reaches no other. */
export interface Hooks extends HookRegistry {
  /** The number of the pool that they belong to, where they do. */
  readonly pool: number | undefined
  on<K extends MaintEventName>(name: K, listener: (payload: MaintEvents[K]) => void): Unsubscribe
  /** Every event, by name. */
  onAny(listener: (event: MaintEvent) => void): Unsubscribe
  /** Every wait of a command. */
  onWait(listener: WaitListener): Unsubscribe
  /** A command begins to wait. Returns who is told of the end; `undefined` where nobody is. */
  wait(describe: () => CommandWait): ((end: CommandWaitEnd) => void) | undefined
  /** Whether anybody is told of an event. If not, it need not be made. */
  hears(name: MaintEventName): boolean
  emit(event: MaintEvent): void
  /** What hooks want acted on in place of a notification. */
  before<N extends HookedNotification>(notification: N, describe: DescribeContext): Answer<N>
  /** It is decided what becomes of a notification. */
  after(notification: HookedNotification, outcome: NotificationOutcome, describe: DescribeContext): void
  /** A notification has led to a hand-off, on whose end hooks are called. */
  follow(handoffId: string, notification: HookedNotification, describe: DescribeContext): void
}

/** What was added, in order, by a key that nothing else has: the same function may be added twice. */
type Added<T> = Map<object, T>

/** Creates the hook bus of one client. */
export function createHooks(clock: Pick<Clock, 'epochMs'>, channels?: EventChannels): Hooks {
  return new HookBus(clock, channels)
}

/** Most clients have no listeners, so tables are made with the first one. */
class HookBus implements Hooks {
  readonly pool = undefined
  readonly #clock: Pick<Clock, 'epochMs'>
  readonly #channels: EventChannels | undefined
  #byName: Map<string, Added<(payload: never) => void>> | undefined
  #toAll: Added<(event: MaintEvent) => void> | undefined
  #hooks: Added<MaintHook> | undefined
  #toWaits: Added<WaitListener> | undefined
  #handoffs: HandoffFollower | undefined

  constructor(clock: Pick<Clock, 'epochMs'>, channels: EventChannels | undefined) {
    this.#clock = clock
    this.#channels = channels
  }

  on(name: string, listener: (payload: never) => void): Unsubscribe {
    this.#byName ??= new Map()
    const added = this.#byName.get(name) ?? new Map()
    this.#byName.set(name, added)
    return addTo(added, listener)
  }

  onAny(listener: (event: MaintEvent) => void): Unsubscribe {
    this.#toAll ??= new Map()
    return addTo(this.#toAll, listener)
  }

  onWait(listener: WaitListener): Unsubscribe {
    this.#toWaits ??= new Map()
    return addTo(this.#toWaits, listener)
  }

  wait(describe: () => CommandWait): ((end: CommandWaitEnd) => void) | undefined {
    if (this.#toWaits === undefined || this.#toWaits.size === 0) return undefined
    const wait = describe()
    const ends: ((end: CommandWaitEnd) => void)[] = []
    for (const listener of this.#toWaits.values())
      this.#guard('wait', () => {
        const end = listener(wait)
        if (typeof end === 'function') ends.push(end)
        return end
      })
    return end => {
      for (const tell of ends) this.#guard('wait', () => tell(end))
    }
  }

  use<K extends HookedType>(hook: MaintHook<K>): Unsubscribe {
    this.#hooks ??= new Map()
    // It is called for its own types only.
    return addTo(this.#hooks, hook as unknown as MaintHook)
  }

  hears(name: MaintEventName): boolean {
    if (this.#hooks !== undefined || (this.#toAll?.size ?? 0) > 0) return true
    return (this.#byName?.get(name)?.size ?? 0) > 0 || this.#channels?.hears(name) === true
  }

  emit(event: MaintEvent): void {
    const { name, payload } = event
    // As they are now: one that is called may add others, and take others back.
    for (const listener of [...(this.#byName?.get(name)?.values() ?? [])])
      this.#guard(name, () => listener(payload as never), payload)
    for (const listener of this.#toAll?.values() ?? []) this.#guard(name, () => listener(event), payload)
    if (this.#channels?.hears(name) === true) this.#channels.publish(event)
    for (const { notification, end, context } of this.#handoffs?.take(event) ?? [])
      this.#each(notification, hook => hook.handoffEnded?.(notification as never, end, context), context)
  }

  before<N extends HookedNotification>(notification: N, describe: DescribeContext): Answer<N> {
    if (this.#hooks === undefined) return notification
    const context = describe()
    let current = notification
    let isSkipped = false
    this.#each(
      notification,
      hook => {
        const answer = hook.before?.(current as never, context)
        if (answer === undefined || answer === 'skip') isSkipped ||= answer === 'skip'
        else if (!isPromise(answer)) current = readReplacement(answer, current)
        return answer
      },
      context,
    )
    return isSkipped ? 'skip' : current
  }

  after(notification: HookedNotification, outcome: NotificationOutcome, describe: DescribeContext): void {
    if (this.#hooks === undefined) return
    const context = describe()
    this.#each(notification, hook => hook.after?.(notification as never, outcome, context), context)
  }

  follow(handoffId: string, notification: HookedNotification, describe: DescribeContext): void {
    if (this.#hooks === undefined) return
    this.#handoffs ??= new HandoffFollower()
    this.#handoffs.follow(handoffId, { notification, context: describe() })
  }

  /** Calls the hooks of a notification's type, in order. */
  #each(notification: HookedNotification, call: (hook: MaintHook) => unknown, { connection }: HookContext): void {
    const { type } = notification
    for (const hook of this.#hooks?.values() ?? [])
      if (hook.types?.includes(type) !== false) this.#guard(type, () => call(hook), { connection })
  }

  /** Runs code of the user. What it throws is told, and changes nothing else. */
  #guard<T>(event: string, task: () => T, about?: Partial<EventContext>): void {
    try {
      const result = task()
      // Nothing else handles the rejection of an async listener, and Node would end the process.
      if (isPromise(result)) result.catch(error => this.#report(error, event, about))
    } catch (error) {
      this.#report(error, event, about)
    }
  }

  #report(error: unknown, event: string, { connection, handoffId }: Partial<EventContext> = {}): void {
    // A listener of hook:failed that throws would be told of its own error without end.
    if (event === 'hook:failed') return
    const at = this.#clock.epochMs()
    this.emit({ name: 'hook:failed', payload: { event, error, at, connection, handoffId } })
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise
}

function addTo<T>(added: Added<T>, item: T): Unsubscribe {
  const key = {}
  added.set(key, item)
  return () => added.delete(key)
}
