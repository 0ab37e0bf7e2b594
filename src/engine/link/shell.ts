import { assertNever } from '../../base/assert-never.js'
import type { Timer } from '../../base/clock.js'
import { currentConnection } from '../../core/decide/draft.js'
import {
  type Effect,
  type Input,
  isMoving,
  type LinkState,
  NEW_LINK,
  type TimerName,
} from '../../core/decide/link-state.js'
import type { ConnectionId } from '../../core/decide/phase.js'
import { reduce } from '../../core/decide/reducer.js'
import { identityOf } from '../../notifications/event-identity.js'
import type { MaintenanceNotification } from '../../notifications/notification.js'
import type { LinkHost } from './link-host.js'

/**
 * The effects that end something or emit an event. They are performed also where the link was closed during the
 * decision.
 */
const ENDING: ReadonlySet<Effect['type']> = new Set([
  'discard',
  'drain',
  'unfollow-address',
  'restore',
  'cancel',
  'emit',
  'settle-notification',
])

/**
 * Performs the decisions about one link. It is the only place where they have effects on the world.
 *
 * An effect that throws is an input for the next decision. The effects after it are performed all the same.
 */
export class Shell {
  #link: LinkState = NEW_LINK
  readonly #host: LinkHost
  readonly #timers: { [K in TimerName]?: Timer | undefined } = {}
  readonly #inputs: Input[] = []
  /** Who waits until no hand-off is under way. */
  #settling: readonly (() => void)[] | undefined
  #busy = false

  constructor(host: LinkHost) {
    this.#host = host
  }

  /** The link as it is now. */
  get link(): LinkState {
    return this.#link
  }

  /** How many of its timers run. */
  get timers(): number {
    return Object.values(this.#timers).filter(timer => timer !== undefined).length
  }

  /** Resolves once no hand-off is under way. */
  settled(): Promise<void> {
    if (!isMoving(this.#link)) return Promise.resolve()
    return new Promise(resolve => {
      this.#settling = [...(this.#settling ?? []), resolve]
    })
  }

  /** Takes an input. Inputs that come while one is handled wait for their turn. Never throws. */
  send(input: Input): void {
    this.#inputs.push(input)
    if (this.#busy) return
    this.#busy = true
    for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) this.#handle(next)
    this.#busy = false
  }

  /**
   * Takes a notification, or what hooks of the user make of it, unless one wants it skipped. Its event is that of the
   * notification itself.
   */
  notify(connection: ConnectionId, notification: MaintenanceNotification): void {
    const host = this.#host
    const answer = host.hookCalls.ask(connection, notification)
    if (answer !== 'skip')
      return this.send({ type: 'notification', connection, identity: identityOf(notification), notification: answer })
    const cause = 'skipped'
    host.tell({ name: 'notification:ignored', payload: { notification, cause } }, { connection })
    host.hookCalls.settle({ notification, connection, handoff: undefined, ignored: cause })
  }

  #handle(input: Input): void {
    for (const effect of this.#decide(input)) {
      // A listener may have closed the link during an earlier effect. It must stay closed.
      if (this.#isClosing && !ENDING.has(effect.type)) continue
      try {
        this.#host.onEffect(effect)
        this.#perform(effect)
      } catch (error) {
        this.#inputs.push({ type: 'effect-failed', effect, error })
      }
    }
    if (this.#settling !== undefined && !isMoving(this.#link)) this.#settle()
  }

  /** Decides about an input. A decision that cannot be made changes nothing. */
  #decide(input: Input): readonly Effect[] {
    const { context, policy } = this.#host
    try {
      const { link, effects } = reduce(this.#link, input, { now: context.clock.now(), policy })
      this.#link = link
      return effects
    } catch (error) {
      const event = { name: 'internal:failed', payload: { during: 'decision', error } } as const
      return [{ type: 'emit', event, connection: currentConnection(this.#link.phase), handoff: undefined }]
    }
  }

  /** Whether the application has closed the link while an input was handled. */
  get #isClosing(): boolean {
    return this.#inputs.some(({ type }) => type === 'close')
  }

  #settle(): void {
    const settling = this.#settling
    this.#settling = undefined
    for (const resolve of settling ?? []) resolve()
  }

  // biome-ignore lint/complexity/noExcessiveLinesPerFunction: a table of all effects, one line each
  #perform(effect: Effect): void {
    const host = this.#host
    switch (effect.type) {
      case 'dial':
        return host.dial(effect)
      case 'discard':
        return host.discard(effect.connection)
      case 'pause-commands':
        return host.pauseCommands()
      case 'pause-writes':
        return host.pauseWrites()
      case 'follow-address':
        return host.followAddress(effect.connection, effect.withinMs)
      case 'unfollow-address':
        return host.unfollowAddress()
      case 'recheck-address':
        return host.recheckAddress()
      case 'await-release':
        return this.#awaitRelease(effect)
      case 'fence':
        return this.#fence(effect)
      case 'probe':
        return this.#probe(effect)
      case 'resume':
        return host.resume(effect.connection, effect.after)
      case 'drain':
        return host.drain(effect.connection, effect.withinMs)
      case 'give-up':
        return host.giveUp()
      case 'search-settled':
        return host.searchSettled(effect.found)
      case 'ask-strategy':
        return this.#askStrategy(effect)
      case 'relax':
        return host.relax(true)
      case 'restore':
        return host.relax(false)
      case 'schedule':
        return this.#schedule(effect.timer, effect.afterMs)
      case 'cancel':
        return this.#cancel(effect.timer)
      case 'emit':
        return host.tell(effect.event, effect)
      case 'settle-notification':
        return host.hookCalls.settle(effect)
      case 'announce':
        return host.announce(effect.event)
      case 'announce-error':
        return host.announceError(effect.error)
      case 'terminate':
        return host.terminate(effect.error, effect.cause)
      default:
        return assertNever(effect)
    }
  }

  #awaitRelease({ connection, next, until }: Extract<Effect, { type: 'await-release' }>): void {
    this.#host.awaitRelease(connection, until, () => this.send({ type: 'released', connection, next, until }))
  }

  #fence(effect: Extract<Effect, { type: 'fence' }>): void {
    const { connection, next, withinMs } = effect
    this.#host.fence(connection, withinMs).then(
      drained => this.send({ type: 'fenced', connection, next, drained }),
      error => this.send({ type: 'effect-failed', effect, error }),
    )
  }

  #probe(effect: Extract<Effect, { type: 'probe' }>): void {
    const { connection, withinMs } = effect
    this.#host.probe(connection, withinMs).then(
      answered => this.send({ type: 'probed', connection, answered }),
      error => this.send({ type: 'effect-failed', effect, error }),
    )
  }

  #askStrategy({ retries, cause, flaps }: Extract<Effect, { type: 'ask-strategy' }>): void {
    const decision = this.#host.decideReconnect(retries, cause, flaps)
    if ('giveUp' in decision) this.send({ type: 'stop-reconnecting', error: decision.giveUp })
    else this.send({ type: 'retry', ...decision })
  }

  #schedule(timer: TimerName, afterMs: number): void {
    this.#cancel(timer)
    const due = (): void => {
      this.#timers[timer] = undefined
      this.send({ type: 'due', timer })
    }
    // The application waits for a reconnect. No other timer may keep its process alive.
    const keepsAlive = timer === 'reconnect' && this.#host.keepsAlive
    this.#timers[timer] = this.#host.context.clock.after(afterMs, due, keepsAlive)
  }

  #cancel(timer: TimerName): void {
    this.#timers[timer]?.dispose()
    this.#timers[timer] = undefined
  }
}
