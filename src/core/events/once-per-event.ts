import type { Clock } from '../../base/clock.js'
import { type Expiring, ExpiringMap } from '../../base/expiring-map.js'
import { identityOf } from '../../notifications/event-identity.js'
import { contentOf, LATE_MS } from '../azure/azure-state.js'
import { rememberedMs } from '../decide/windows/seen-events.js'
import type { HookedNotification } from './hooked-notification.js'
import type { Answer, Hooks } from './hooks.js'
import type { MaintEvent } from './maint-events.js'
import { notificationOf } from './notification-of.js'

/** How many events are remembered of each kind; the oldest go first. */
const CAPACITY = 256

/** How many pools were made in this process. */
let pools = 0

/**
 * The hooks of a pool as its connections see them, with a number of its own. The server tells each connection; the
 * application is told once.
 *
 * A notification, and why it was ignored, is emitted once for each event. Hooks of the user run once before it and once
 * after it for each outcome, and the answer of `before` is used for every connection. The end of a hand-off, and all
 * other events, pass.
 */
export function oncePerEvent(hooks: Hooks, clock: Clock): Hooks {
  pools += 1
  return { ...onceInAll(hooks, clock), pool: pools }
}

/** The same for the links of one client. */
export function onceInAll(hooks: Hooks, clock: Clock): Hooks {
  const told = new Answers<true>(clock)
  const answers = new Answers<Answer>(clock)
  const finished = new Answers<true>(clock)
  return {
    pool: hooks.pool,
    on: (name, listener) => hooks.on(name, listener),
    onAny: listener => hooks.onAny(listener),
    onWait: listener => hooks.onWait(listener),
    wait: describe => hooks.wait(describe),
    use: hook => hooks.use(hook),
    hears: name => hooks.hears(name),
    emit: event => {
      const subject = subjectOf(event)
      if (subject === undefined) return hooks.emit(event)
      told.once(subject.notification, { key: subject.kind, answer: () => hooks.emit(event) ?? true })
    },
    before: (notification, describe) =>
      // The answer to a copy is the one to the first of its type.
      answers.once(notification, { answer: () => hooks.before(notification, describe) }) as Answer<typeof notification>,
    after: (notification, outcome, describe) => {
      const key = 'cause' in outcome ? outcome.cause : outcome.result
      finished.once(notification, { key, answer: () => hooks.after(notification, outcome, describe) ?? true })
    },
    follow: (handoffId, notification, describe) => hooks.follow(handoffId, notification, describe),
  }
}

/** What was answered about events, until they are forgotten. */
class Answers<T> {
  readonly #clock: Clock
  readonly #given = new ExpiringMap<string, Expiring & { readonly answer: T }>(CAPACITY)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The answer that was given for an event before, or else a new one. */
  once(notification: HookedNotification, { key = '', answer }: { key?: string; answer: () => T }): T {
    const now = this.#clock.now()
    const { identity, lastsMs } = eventOf(notification)
    const name = `${key} ${identity}`
    const known = this.#given.get(name, now)
    if (known !== undefined) return known.answer
    const given = { answer: answer(), expiresAt: now + lastsMs }
    this.#given.set(name, given, now)
    return given.answer
  }
}

/** What an event is about, where it is told once only. */
function subjectOf(event: MaintEvent): { notification: HookedNotification; kind: string } | undefined {
  const notification = notificationOf(event)
  const kind = event.name === 'notification:ignored' ? event.payload.cause : 'told'
  return notification && { notification, kind }
}

/** What copies of a notification have in common, and for how long, in milliseconds, they are taken for copies. */
function eventOf(notification: HookedNotification): { readonly identity: string; readonly lastsMs: number } {
  if ('wireType' in notification) return { identity: contentOf(notification), lastsMs: LATE_MS }
  const identity = identityOf(notification)
  // Connections may learn of a move until the very end of it.
  const ownMs = notification.type === 'moving' ? notification.graceMs : 0
  return { identity, lastsMs: ownMs + rememberedMs(identity) }
}
