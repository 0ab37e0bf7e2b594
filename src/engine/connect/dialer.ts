import { LightSignal, type Signal } from '../../base/light-signal.js'
import type { Effect } from '../../core/decide/link-state.js'
import type { ConnectionId } from '../../core/decide/phase.js'
import type { Route } from '../../core/decide/route.js'
import { unlessAborted } from '../../core/events/event-stream.js'
import type { Context } from '../database/context.js'
import type { DatabaseMember } from '../database/database.js'
import type { Connection } from '../session/connection.js'
import { connectionTimeout } from '../session/connection-timeout.js'
import type { Connections } from './connections.js'
import { withinConnectTimeout } from './handshake.js'
import { makeOnceLoaded } from './loading-server.js'
import { isOutage } from './outage.js'

/**
 * How long a first connection, or a reconnect, may take in all, in milliseconds: every address of its name, and what the
 * session needs. Each handshake has the user's connect timeout.
 */
const CONNECT_WITHIN_MS = 30_000

/** The link for which connections are dialled. */
export interface DiallingLink {
  readonly context: Context
  /** The member for which dials wait for their turn. */
  readonly member: DatabaseMember
  readonly connections: Connections
  /** Whether reconnects wait until the next attempt is due. Otherwise the user's strategy decides the pauses. */
  readonly isPaced: boolean
  /** Whether the wait for a connection keeps the process alive. */
  readonly keepsAlive: boolean
}

/** Makes the connection of a dial. */
type Make = (withinMs: number, onLoading?: (error: unknown) => void) => Promise<void>

type DialEffect = Extract<Effect, { type: 'dial' }>

/** Makes the connections that the core asks for, each when it is its turn. */
export class Dialer {
  readonly #link: DiallingLink
  /** The dial under way; where a later one has begun, that one. */
  #latest: { readonly id: ConnectionId; readonly signal: LightSignal } | undefined

  constructor(link: DiallingLink) {
    this.#link = link
  }

  /** Resolves once a connection is ready to take over. Otherwise it rejects, with the connection ended. */
  async dial(effect: DialEffect, current: Connection | undefined): Promise<void> {
    const dial = { id: effect.connection, signal: new LightSignal() }
    this.#latest = dial
    const make = this.#makerOf(effect, current)
    const asked = this.#askCredentials(dial.signal)
    let forget: (() => void) | undefined
    try {
      if (asked !== undefined) forget = await asked
      await (effect.purpose === 'connect' ? this.#connect(make, dial.signal) : this.#handOff(effect, make, dial.signal))
    } finally {
      forget?.()
      if (this.#latest === dial) this.#latest = undefined
    }
  }

  /** The user's identity provider is no part of the database: its time and its errors concern this client alone. */
  #askCredentials(signal: Signal): Promise<() => void> | undefined {
    const { host, clock, target } = this.#link.context
    const late = new LightSignal()
    const asked = host.askCredentials?.(late)
    if (asked === undefined) return undefined
    const terms = { clock, errors: host.errors, connectTimeoutMs: target.connectTimeoutMs }
    const answered = withinConnectTimeout(unlessAborted(asked, signal), terms)
    return answered.catch(error => {
      late.abort()
      throw error
    })
  }

  async #handOff(effect: DialEffect, make: Make, signal: LightSignal): Promise<void> {
    const { connections, member } = this.#link
    const { clock, database, host } = this.#link.context
    const { connection: id, route, event, withinMs = CONNECT_WITHIN_MS } = effect
    const endsAt = clock.now() + withinMs
    const dial = (leftMs: number): Promise<void> =>
      database.queue.dial({ key: member, route, event, withinMs: leftMs, dial: make })
    await (effect.requirePrimary ? this.#search(dial, { endsAt, signal, route }) : dial(withinMs))
    if (route.type === 'configured') database.availability.reached()
    // It may have broken since its last answer.
    if (connections.get(id)?.isReady !== true) throw host.errors.closed()
  }

  /** Gives up a connection that is being made. */
  cancel(id: ConnectionId): void {
    if (id !== this.#latest?.id) return
    this.#latest.signal.abort(this.#link.context.host.errors.closed())
    this.#link.context.database.queue.cancel(this.#link.member)
  }

  /** One link at a time looks whether there is a primary; the others wait for the result. */
  async #search(
    dial: (withinMs: number) => Promise<void>,
    { endsAt, signal, route }: { readonly endsAt: number; readonly signal: LightSignal; readonly route: Route },
  ): Promise<void> {
    const { clock, database } = this.#link.context
    const withinMs = endsAt - clock.now()
    const timer = clock.after(withinMs, () => signal.abort(connectionTimeout(route, withinMs)))
    try {
      const terms = { signal, isOutage: () => !signal.aborted, paced: true }
      await database.primary.connect(() => dial(Math.max(endsAt - clock.now(), 0)), terms)
    } finally {
      timer.dispose()
    }
  }

  /** During an outage the clients of a database do not all dial at once, and the pauses between dials grow. */
  #connect(make: Make, signal: Signal): Promise<void> {
    const { isPaced: paced, keepsAlive } = this.#link
    const { clock, host, database, target } = this.#link.context
    const withinMs = Math.max(CONNECT_WITHIN_MS, target.connectTimeoutMs)
    const untilServed = (away: (error: unknown) => void): Promise<void> =>
      makeOnceLoaded(() => make(withinMs, away), { clock, signal, keepsAlive }, away)
    return database.availability.connect(untilServed, {
      signal,
      isOutage: error => !signal.aborted && isOutage(host, error),
      paced,
      keepsAlive,
    })
  }

  #makerOf(effect: DialEffect, current: Connection | undefined): Make {
    const { connection: id, route, purpose, requirePrimary, avoidCurrent } = effect
    const replaces = purpose === 'handoff' ? current : undefined
    const avoid = avoidCurrent && current?.address !== undefined ? [current.address] : []
    return (withinMs, onLoading) =>
      this.#link.connections.make({ id, route, replaces, withinMs, requirePrimary, avoid, onLoading })
  }
}
