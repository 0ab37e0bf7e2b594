import type { Clock } from '../../base/clock.js'
import type { ConnectionId } from '../decide/phase.js'
import type { Hooks } from './hooks.js'
import type { BareEvent, EventConnection, EventContext, MaintEvent } from './maint-events.js'

/** Is told of events as they are, by one object for all of a client. */
export interface EventListener {
  /** Must not throw. */
  hear(event: BareEvent): void
}

/** What an event is about, where that is known. */
export interface About {
  readonly connection?: Omit<EventConnection, 'link' | 'pool'> | undefined
  /** The number of the hand-off among those of its link. */
  readonly handoff?: number | undefined
}

/** Tells the application what happened to one link. The only place where events learn when and where. */
export interface Tell {
  (event: BareEvent, about?: About): void
  /** The number of the link in this process. */
  readonly link: number
}

/** What an event is about, by the numbers that decisions know. */
export interface AboutByNumber {
  readonly connection?: ConnectionId | undefined
  readonly handoff?: number | undefined
}

/** {@link Tell} for those who know connections by their numbers only. */
export type TellByNumber = (event: BareEvent, about: AboutByNumber) => void

/** How many links were made in this process. */
let links = 0

/**
 * Makes the function by which one link tells its events, and gives the link its number.
 *
 * @param first - Is told of each of them before.
 */
export function createTell(
  hooks: Pick<Hooks, 'emit' | 'hears' | 'pool'>,
  clock: Pick<Clock, 'epochMs'>,
  first?: EventListener,
): Tell {
  links += 1
  const link = links
  const { pool } = hooks
  const tell = (event: BareEvent, { connection, handoff }: About = {}): void => {
    first?.hear(event)
    if (!hooks.hears(event.name)) return
    const context: EventContext = {
      at: clock.epochMs(),
      connection: connection && describeConnection({ link, pool }, connection),
      handoffId: handoff === undefined ? undefined : handoffIdOf({ link }, handoff),
    }
    // The facts are those of the name, and events of hand-offs are always about a connection and a hand-off.
    hooks.emit({ name: event.name, payload: { ...event.payload, ...context } } as MaintEvent)
  }
  return Object.assign(tell, { link })
}

/** What events call a hand-off of a link. */
export function handoffIdOf({ link }: Pick<Tell, 'link'>, handoff: number): string {
  return `${link}.${handoff}`
}

/** Only these fields of a connection are public. */
export function describeConnection(
  { link, pool }: Pick<EventConnection, 'link' | 'pool'>,
  { id, route, address }: Omit<EventConnection, 'link' | 'pool'>,
): EventConnection {
  return { link, pool, id, route, address }
}
