import type { HandoffStep } from '../events/handoff-events.js'
import type { BareEvent, EventFacts, MaintEventName } from '../events/maint-events.js'
import { followCourse, stepsOf } from './handoff/handoff-course.js'
import type { Decision, Effect, LinkState, Policy } from './link-state.js'
import { assertLegalMove, type ConnectionId, type Phase } from './phase.js'

/** A decision while it is made: what one call of the reducer changes, in order. It is used in that call only. */
export class Draft {
  link: LinkState
  readonly now: number
  readonly policy: Policy
  /** The hand-off that the decision is about: the one under way, or the one that it begins. */
  handoff: number | undefined
  readonly #effects: Effect[] = []

  constructor(link: LinkState, now: number, policy: Policy) {
    this.link = link
    this.now = now
    this.policy = policy
    this.handoff = 'move' in link.phase ? link.phase.move.id : undefined
  }

  /** Enters a state, if the table of legal moves allows it. */
  enter(phase: Phase): void {
    assertLegalMove(this.link.phase.state, phase.state)
    this.link = { ...this.link, phase, course: followCourse(this.link.course, phase, this.now) }
  }

  /** A new connection serves from now on. */
  serve(connection: ConnectionId): void {
    this.enter({ state: 'serving', current: connection })
    this.update({ stability: { ...this.link.stability, servingSince: this.now } })
  }

  /** What the last hand-off did up to now. */
  get steps(): readonly HandoffStep[] {
    return stepsOf(this.link.course, this.now)
  }

  /** Changes anything but the state. */
  update(change: Partial<Omit<LinkState, 'phase' | 'course'>>): void {
    this.link = { ...this.link, ...change }
  }

  /** The number of the next connection. */
  newConnection(): ConnectionId {
    const connectionsMade = this.link.connectionsMade + 1
    this.update({ connectionsMade })
    return connectionsMade
  }

  do(...effects: readonly Effect[]): void {
    this.#effects.push(...effects)
  }

  /** Tells the application, by default about the connection that serves. */
  emit<K extends MaintEventName>(
    name: K,
    payload: EventFacts[K],
    connection: ConnectionId | undefined = currentConnection(this.link.phase),
  ): void {
    // The pair is well typed by the signature; TypeScript cannot follow it into the union.
    const event = { name, payload } as BareEvent
    this.do({ type: 'emit', event, connection, handoff: isOfHandoff(name) ? this.handoff : undefined })
  }

  finish(): Decision {
    return { link: this.link, effects: this.#effects }
  }
}

/** Whether an event that is told during a hand-off belongs to it. */
function isOfHandoff(name: MaintEventName): boolean {
  return name.startsWith('handoff:') || name.startsWith('writes:') || name === 'timeouts:relaxed'
}

/** The connection that serves in a state, if any. */
export function currentConnection(phase: Phase): ConnectionId | undefined {
  return 'current' in phase ? phase.current : undefined
}

/** The connection that is being made in a state, if any. */
export function nextConnection(phase: Phase): ConnectionId | undefined {
  return 'next' in phase ? phase.next : undefined
}
