import { isHitlessError } from '../../base/errors.js'
import type { Flaps } from '../../core/decide/flapping.js'
import type { Effect, Policy, ResumeAfter } from '../../core/decide/link-state.js'
import type { ConnectionId, Release } from '../../core/decide/phase.js'
import type { BareEvent, Capability } from '../../core/events/maint-events.js'
import type { AboutByNumber } from '../../core/events/tell.js'
import { type ConnectedLink, Connections } from '../connect/connections.js'
import { Dialer } from '../connect/dialer.js'
import { decideReconnect } from '../connect/outage.js'
import type { Context } from '../database/context.js'
import type { ReconnectDecision } from '../ports.js'
import type { Connection } from '../session/connection.js'
import { recorders } from '../session/recorders.js'
import { CommandPath } from './command-path.js'
import { CurrentConnection } from './current-connection.js'
import { HookCalls } from './events/hook-calls.js'
import type { LinkHost } from './link-host.js'
import type { LinkParts } from './link-parts.js'
import { nextSeed, OCCUPIED_FENCE_MS, policyOf, relaxedTimeoutOf } from './link-policy.js'
import { Membership } from './membership.js'
import { ConnectionMonitors } from './monitors/connection-monitors.js'
import { OpenWindow } from './open-window.js'
import { Shell } from './shell.js'

/** One logical connection over the host's physical ones: performs what the core decides. */
export class Link implements LinkHost, ConnectedLink {
  readonly parts: LinkParts
  readonly context: Context
  readonly path: CommandPath
  readonly dispatcher: CommandPath['dispatcher']
  readonly session: CommandPath['session']
  readonly shell: Shell
  readonly connections: Connections
  readonly monitors: ConnectionMonitors
  readonly serving: CurrentConnection
  readonly member: Membership
  readonly hookCalls: HookCalls = new HookCalls(this)
  readonly window: OpenWindow = new OpenWindow(this)
  capability: Capability = { state: 'unknown' }
  readonly #dialer: Dialer
  readonly #seed: number
  /** Why the last attempt failed, or the last connection broke, since the application connected. */
  failure: unknown

  constructor(parts: LinkParts) {
    const { context } = parts
    this.parts = parts
    this.context = context
    if (context.offReason !== undefined) this.capability = { state: 'off', reason: context.offReason }
    this.#seed = nextSeed(context)
    this.path = new CommandPath(this)
    ;({ dispatcher: this.dispatcher, session: this.session } = this.path)
    this.serving = new CurrentConnection(this)
    this.shell = new Shell(this)
    this.connections = new Connections(this)
    this.member = new Membership(this)
    this.#dialer = new Dialer(this)
    this.monitors = new ConnectionMonitors(this)
  }

  get policy(): Policy {
    return policyOf(this.context, this.#seed)
  }

  get keepsAlive(): boolean {
    return this.session.refed
  }

  get isPaced(): boolean {
    // The first attempt of the application does not wait.
    return !this.context.host.pacesReconnects && this.failure !== undefined
  }

  /** The connection that serves, or served last. */
  get current(): Connection | undefined {
    return this.serving.current
  }

  /** When its connections last sent something; one that owes nothing counts as heard. `-Infinity` where none is ready. */
  get heardAt(): number {
    const ready = [...this.connections].filter(({ isReady, isAuxiliary }) => isReady && !isAuxiliary)
    const now = this.context.clock.now()
    return Math.max(...ready.map(({ owesAnswers, lastHeardAt }) => (owesAnswers ? lastHeardAt : now)))
  }

  /** The application wants to be connected. */
  open(): void {
    this.failure = undefined
    this.member.join()
    this.dispatcher.pause('offline')
    this.shell.send({ type: 'connect' })
  }

  /** Ends dials and monitors. Connections may still answer what they were sent. */
  stop(error: unknown): void {
    // Commands that wait for the fence of a hand-off go to the connection that still serves.
    this.shell.send({ type: 'close' })
    this.dispatcher.close(error)
    this.#rest()
  }

  dial(effect: Extract<Effect, { type: 'dial' }>): void {
    const { connection } = effect
    this.#dialer.dial(effect, this.current).then(
      () => this.shell.send({ type: 'dialled', connection }),
      error => {
        this.shell.send({ type: 'dial-failed', connection, error: this.window.note(error) })
        // Nothing waits for longer than one attempt then, blocks and subscriptions included.
        if (this.context.host.failsOffline) this.dispatcher.failWaiting(error)
      },
    )
  }

  discard(id: ConnectionId): void {
    this.#dialer.cancel(id)
    this.connections.end(id)
  }

  pauseCommands(): void {
    this.dispatcher.pause(this.current?.isReady === true ? 'paused' : 'offline')
  }

  pauseWrites(): void {
    if (this.current?.isReady === true)
      this.dispatcher.pauseWrites(this.current, this.shell.link.writesPaused === 'announced')
    else this.dispatcher.pause('offline')
  }

  followAddress(id: ConnectionId, withinMs: number): void {
    const connection = this.connections.get(id)
    if (connection !== undefined) this.monitors.follow(connection, withinMs)
  }

  unfollowAddress(): void {
    this.monitors.unfollow()
  }

  recheckAddress(): void {
    this.monitors.recheck()
  }

  awaitRelease(id: ConnectionId, until: Release, then: () => void): void {
    const awaited = until === 'returned' ? this.parts.checkout : this.connections.get(id)
    if (awaited === undefined) then()
    else awaited.whenReleased(then)
  }

  async fence(id: ConnectionId, withinMs: number): Promise<boolean> {
    const connection = this.connections.get(id)
    if (connection === undefined) return false
    const isOccupied = connection.blocked > 0 || this.session.monitor !== undefined
    return connection.fence(isOccupied ? OCCUPIED_FENCE_MS : withinMs)
  }

  async probe(id: ConnectionId, withinMs: number): Promise<boolean> {
    const connection = this.connections.get(id)
    if (connection === undefined) return false
    const answered = await connection.fence(withinMs)
    if (!answered && connection === this.current) this.monitors.doubt(connection, withinMs)
    return answered
  }

  resume(id: ConnectionId, after: ResumeAfter): void {
    const connection = this.connections.get(id)
    if (connection === undefined) return
    if (after === 'connect' || after === 'handoff') {
      this.serving.takeOver(connection, after)
      this.monitors.watch(connection)
      this.#relaxSocket()
    }
    this.dispatcher.resume(connection)
  }

  drain(id: ConnectionId, withinMs: number | undefined): void {
    const connection = this.connections.get(id)
    if (connection === undefined) return
    if (withinMs === undefined) this.monitors.keepDoubted(connection)
    else this.connections.drain(connection, withinMs)
    void this.path.blocking.release(connection)
  }

  giveUp(): void {
    this.parts.onGivenUp?.()
  }

  searchSettled(found: boolean): void {
    this.path.recovery.searches.settled(found)
    if (!found) this.member.lookForPrimary()
  }

  relax(relaxed: boolean): void {
    this.dispatcher.timeouts.relaxedMs = relaxed ? relaxedTimeoutOf(this.context, this.shell.link) : undefined
    this.#relaxSocket()
  }

  decideReconnect(retries: number, cause: unknown, flaps: Flaps): ReconnectDecision {
    this.failure = cause
    // Nobody is served by further attempts: the server will refuse them too.
    if (this.current === undefined && isHitlessError(cause, 'MAINT_UNSUPPORTED')) return { giveUp: cause }
    return decideReconnect(this.context, { retries, cause, flaps })
  }

  announce(event: 'connected' | 'reconnecting'): void {
    const { client } = this.parts
    if (event === 'reconnecting') return client.reconnecting()
    client.connected()
    this.parts.onSettled()
  }

  announceError(error: unknown): void {
    this.parts.client.failed(error)
    const unavailable = this.dispatcher.isReady ? undefined : this.member.unavailable()
    if (unavailable !== undefined) this.parts.onSettled({ error: unavailable, goesOn: true })
  }

  terminate(error: unknown, cause: unknown): void {
    this.dispatcher.close(cause)
    this.#rest()
    this.connections.endAll()
    this.parts.onSettled({ error })
    this.parts.client.terminated(error)
    this.announceError(cause)
  }

  onEffect(effect: Effect): void {
    for (const recorder of recorders) recorder.performs(effect, this)
    this.parts.onEffect?.(effect)
  }

  tell(event: BareEvent, about: AboutByNumber): void {
    this.serving.tell(event, about)
  }

  onCapability(capability: Capability, connection: Connection): void {
    const isNew = capability.state !== this.capability.state
    this.capability = this.context.database.shared(capability)
    if (isNew) this.context.tell({ name: 'capability:changed', payload: capability }, { connection })
  }

  #relaxSocket(): void {
    this.serving.relaxSocket(this.shell.link.relaxations.size > 0 && !this.context.maint.dryRun)
  }

  #rest(): void {
    this.monitors.stop()
    this.path.blocking.close()
    this.member.leave()
  }
}
