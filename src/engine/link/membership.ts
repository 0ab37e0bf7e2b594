import { type Endpoint, sameEndpoint } from '../../base/endpoint.js'
import { type AzureReaction, reactTo } from '../../core/azure/azure-reactions.js'
import { NO_AZURE_MAINTENANCE } from '../../core/azure/azure-state.js'
import { isMoving } from '../../core/decide/link-state.js'
import type { Hooks } from '../../core/events/hooks.js'
import { onceInAll } from '../../core/events/once-per-event.js'
import { handoffIdOf } from '../../core/events/tell.js'
import type { AzureNotification } from '../../notifications/azure-notification.js'
import type { Connections } from '../connect/connections.js'
import { askToAnswerReads } from '../connect/named-primary.js'
import { unavailableError } from '../database/availability-report.js'
import type { Context } from '../database/context.js'
import type { DatabaseMember } from '../database/database.js'
import { weightOf } from '../database/handoffs/queue-weights.js'
import { LOOK_EVERY_MS } from '../database/primary-looks.js'
import type { PrimaryListener } from '../database/primary-source.js'
import type { Connection } from '../session/connection.js'
import type { CommandPath } from './command-path.js'
import type { CurrentConnection } from './current-connection.js'
import { EventForwarder } from './events/event-forwarder.js'
import type { HookCalls } from './events/hook-calls.js'
import type { LinkParts } from './link-parts.js'
import type { Shell } from './shell.js'

/** A link that leads to a database. */
export interface MemberLink {
  readonly context: Context
  readonly parts: Pick<LinkParts, 'checkout' | 'openAzure'>
  recheckAddress(): void
  readonly shell: Shell
  readonly hookCalls: Pick<HookCalls, 'contextOf'>
  readonly serving: CurrentConnection
  readonly path: CommandPath
  readonly connections: Pick<Connections, 'findPrimary' | 'verifyPrimary' | 'lookAt'>
}

/** The key of the relaxation while the primary may be away. */
const AWAY = 'primary-away'

/** One link among all that lead to the same database: what it tells the others, and what they tell it. */
export class Membership implements DatabaseMember {
  readonly #link: MemberLink
  readonly #forwarder: EventForwarder | undefined
  #azure = NO_AZURE_MAINTENANCE
  #hooks: Hooks | undefined

  constructor(link: MemberLink) {
    this.#link = link
    this.#forwarder = this.#isAlone ? new EventForwarder(this) : undefined
  }

  get context(): Context {
    return this.#link.context
  }

  /** Whether it is in no pool, which would count and speak for it. */
  get #isAlone(): boolean {
    return this.#link.parts.checkout === undefined
  }

  /** What follows from what the source of the database tells. */
  get primary(): PrimaryListener {
    return {
      onSwitch: endpoint => {
        const { serving, path } = this.#link
        const { current } = serving
        if (
          current === undefined ||
          (current.route.type === 'endpoint' && sameEndpoint(current.route.endpoint, endpoint))
        )
          return
        path.recovery.searches.refill()
        this.#leave(current, true)
      },
      onAway: forMs => {
        const { shell } = this.#link
        if (forMs === undefined) shell.send({ type: 'end-relaxation', key: AWAY })
        else shell.send({ type: 'relax', key: AWAY, forMs })
      },
      onPromotion: forMs => {
        const { shell } = this.#link
        shell.send(forMs === undefined ? { type: 'resume-writes' } : { type: 'pause-writes', forMs })
      },
      look: endpoint => this.#link.connections.lookAt(endpoint).catch(() => undefined),
      verify: endpoint =>
        this.#link.connections.verifyPrimary(endpoint).then(
          () => true,
          () => false,
        ),
    }
  }

  /** The hooks as they are asked about Azure's announcements: once, by both members that are told of each. */
  get hooks(): Hooks {
    const { context } = this.#link
    this.#hooks ??= this.#isAlone ? onceInAll(context.hooks, context.clock) : context.hooks
    return this.#hooks
  }

  get address(): string | undefined {
    return this.#link.serving.current?.address
  }

  join(): void {
    const { openAzure } = this.#link.parts
    const { database, maint } = this.#link.context
    database.join(this, this.#isAlone ? weightOf(maint) : undefined)
    if (this.#forwarder !== undefined) database.join(this.#forwarder, undefined)
    if (openAzure !== undefined) database.listenToAzure(openAzure)
  }

  leave(): void {
    const { database } = this.#link.context
    if (this.#forwarder !== undefined) database.leave(this.#forwarder)
    database.leave(this)
  }

  /** Why commands fail at once, because the database is unavailable and `failFast` is set; otherwise `undefined`. */
  unavailable(): Error | undefined {
    const { maint, database, clock } = this.#link.context
    return maint.failFast ? unavailableError(database.availability.status, clock) : undefined
  }

  leaveReplica(named: Endpoint | undefined): void {
    const { current } = this.#link.serving
    if (current === undefined || !this.#link.path.recovery.mayLeave) return
    current.namedPrimary ??= named
    this.#leave(current)
  }

  /** A server refused a write. The first link that notices tells the other members, once. */
  foundReplica(connection: Connection): void {
    const { shell, context } = this.#link
    const wasMoving = isMoving(shell.link)
    this.#leave(connection)
    if (!wasMoving && isMoving(shell.link)) context.database.spreadNotWritable(this, connection.namedPrimary)
  }

  /** No primary was found: one member of the database looks again from time to time, while writes are refused. */
  lookForPrimary(): void {
    const { serving, context, path, connections } = this.#link
    const { current } = serving
    if (current === undefined) return
    // Its reads were refused as well, which it would have answered without being asked for the name of the primary.
    if (current.namedPrimary !== undefined) askToAnswerReads(current)
    path.recovery.searches.postpone(2 * LOOK_EVERY_MS)
    context.database.looks.begin(this, async () => {
      if (serving.current !== current || !current.isReady) return 'over'
      path.recovery.searches.postpone(2 * LOOK_EVERY_MS)
      const isFound = await connections.findPrimary(current).then(
        () => true,
        () => false,
      )
      if (!isFound) return 'none'
      path.recovery.searches.refill()
      this.foundReplica(current)
      return 'found'
    })
  }

  onAvailability(): void {
    const error = this.unavailable()
    if (error !== undefined) this.#link.path.dispatcher.failWaiting(error)
  }

  onAzure(notification: AzureNotification): void {
    const { clock, maint } = this.#link.context
    const describe = this.#link.hookCalls.contextOf(undefined, 'azure')
    const answer = this.hooks.before(notification, describe)
    if (answer === 'skip') return this.hooks.after(notification, { result: 'ignored', cause: 'skipped' }, describe)
    const context = { now: clock.now(), epochMs: clock.epochMs(), reactions: maint.azureReactions }
    const { state, reactions, repeated } = reactTo(this.#azure, answer, context)
    this.#azure = state
    for (const reaction of reactions) this.#react(reaction)
    if (repeated) return this.hooks.after(answer, { result: 'ignored', cause: 'duplicate' }, describe)
    if (maint.dryRun) return this.hooks.after(answer, { result: 'ignored', cause: 'dry-run' }, describe)
    const handoffId = reactions.some(({ type }) => type === 'reconnect') ? this.#handoffUnderWay() : undefined
    this.hooks.after(answer, { result: 'handled', handoffId }, describe)
    if (handoffId !== undefined) this.hooks.follow(handoffId, answer, describe)
  }

  onAzureRejected(): void {
    // Nothing is done about an announcement without effects.
  }

  #handoffUnderWay(): string | undefined {
    const { shell, context } = this.#link
    const { phase } = shell.link
    return 'move' in phase ? handoffIdOf(context.tell, phase.move.id) : undefined
  }

  #react(reaction: AzureReaction): void {
    const { shell, serving, context } = this.#link
    if (reaction.type === 'refresh') return this.#link.recheckAddress()
    if (reaction.type !== 'reconnect') return shell.send(reaction)
    // Attempts that wait are made at once.
    if (!context.maint.dryRun) context.database.availability.retryNow()
    const { current } = serving
    if (current !== undefined) shell.send({ type: 'hand-off', connection: current.id, reason: 'failover' })
  }

  #leave({ id, namedPrimary }: Connection, isReplaced = false): void {
    // Sentinels, where there are some, know better than a single node.
    const endpoint = this.#link.context.database.source === undefined ? namedPrimary : undefined
    this.#link.shell.send({ type: 'hand-off', connection: id, reason: 'not-writable', isReplaced, endpoint })
  }
}
