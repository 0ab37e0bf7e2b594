import type { Clock } from '../../base/clock.js'
import { type Expiring, ExpiringMap } from '../../base/expiring-map.js'
import { identityOf } from '../../notifications/event-identity.js'
import type { MaintenanceNotification } from '../../notifications/notification.js'
import { rememberedMs } from '../decide/seen-events.js'
import type { Hooks } from './hooks.js'
import type { MaintEvent } from './maint-events.js'

/** How many events are remembered of each kind; the oldest go first. */
const CAPACITY = 256

/**
 * The hooks of a pool as its connections see them. The server tells each connection; the application is told once.
 *
 * A notification, and why it was ignored, is emitted once for each event. Hooks of the user run once before and after
 * it, and the answer of `before` is used for every connection. All other events pass.
 */
export function oncePerEvent(hooks: Hooks, clock: Clock): Hooks {
  const told = new Answers<true>(clock)
  const skips = new Answers<boolean>(clock)
  const finished = new Answers<true>(clock)
  return {
    on: (name, listener) => hooks.on(name, listener),
    onAny: listener => hooks.onAny(listener),
    use: hook => hooks.use(hook),
    emit: event => {
      const subject = subjectOf(event)
      if (subject === undefined) return hooks.emit(event)
      told.once(subject.notification, { key: subject.kind, answer: () => hooks.emit(event) ?? true })
    },
    before: notification => skips.once(notification, { answer: () => hooks.before(notification) }),
    after: (notification, outcome) => {
      // Most connections get copies of what one of them acted on.
      if (outcome === 'ignored' && finished.knows(notification)) return
      const key = outcome === 'ignored' ? outcome : ''
      finished.once(notification, { key, answer: () => hooks.after(notification, outcome) ?? true })
    },
  }
}

/** What was answered about events, until they are forgotten. */
class Answers<T> {
  readonly #clock: Clock
  readonly #given = new ExpiringMap<string, Expiring & { readonly answer: T }>(CAPACITY)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether an answer was given for an event. */
  knows(notification: MaintenanceNotification): boolean {
    return this.#given.get(` ${identityOf(notification)}`, this.#clock.now()) !== undefined
  }

  /** The answer that was given for an event before, or else a new one. */
  once(notification: MaintenanceNotification, { key = '', answer }: { key?: string; answer: () => T }): T {
    const now = this.#clock.now()
    const identity = identityOf(notification)
    const name = `${key} ${identity}`
    const known = this.#given.get(name, now)
    if (known !== undefined) return known.answer
    const given = { answer: answer(), expiresAt: now + ownMs(notification) + rememberedMs(identity) }
    this.#given.set(name, given, now)
    return given.answer
  }
}

/** What an event is about, where it is told once only. */
function subjectOf({ name, payload }: MaintEvent): { notification: MaintenanceNotification; kind: string } | undefined {
  switch (name) {
    case 'moving':
    case 'migrating':
    case 'migrated':
    case 'failing-over':
    case 'failed-over':
    case 'slots-migrating':
    case 'slots-migrated':
      return { notification: payload, kind: 'told' }
    case 'notification:ignored':
      return { notification: payload.notification, kind: payload.cause }
    default:
      return undefined
  }
}

/** How long the event itself lasts, in milliseconds. Connections may learn of a move until the very end of it. */
function ownMs(notification: MaintenanceNotification): number {
  return notification.type === 'moving' ? notification.graceMs : 0
}
