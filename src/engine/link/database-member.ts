import type { ConnectionGeneration } from '../../adapters/node-redis/generation.js'
import type { Clock } from '../../base/clock.js'
import { type AzureReaction, reactTo } from '../../core/azure/azure-reactions.js'
import { NO_AZURE_MAINTENANCE } from '../../core/azure/azure-state.js'
import { isMoving } from '../../core/decide/link-state.js'
import type { Hooks } from '../../core/events/hooks.js'
import type { ResolvedMaintOptions } from '../../core/options/maint-options.js'
import type { AzureNotification } from '../../notifications/azure-notification.js'
import { unavailableError } from '../database/availability-report.js'
import type { AzureSubscriber } from '../database/azure-channel.js'
import type { Database, Neighbour } from '../database/database.js'
import type { LaneShare } from '../database/handoff-queue.js'
import type { CommandPath } from './command-path.js'
import type { Serving } from './current-connection.js'
import { Spokesman } from './event-forwarder.js'
import type { Shell } from './shell.js'

/** What one slot brings along to its neighbours. */
export interface MembershipParts {
  readonly database: Database
  readonly clock: Clock
  readonly hooks: Hooks
  /** How it counts for the sizes of what is shared; `undefined` for a client of a pool, which counts and speaks for it. */
  readonly share: LaneShare | undefined
  readonly maint: Pick<ResolvedMaintOptions, 'failFast' | 'azureReactions'>
  /** Opens a connection to Azure's channel; `undefined` where it is not to be listened to. */
  readonly openAzure: (() => AzureSubscriber) | undefined
  readonly recheckAddress: () => void
  readonly shell: Shell
  readonly serving: Serving
  readonly path: CommandPath
}

/** One slot among all that lead to the same database: what it learns from the others, and they from it. */
export class Membership implements Neighbour {
  readonly #parts: MembershipParts
  readonly #spokesman: Spokesman | undefined
  #azure = NO_AZURE_MAINTENANCE

  constructor(parts: MembershipParts) {
    this.#parts = parts
    this.#spokesman = parts.share && new Spokesman(parts.clock, parts.hooks)
  }

  get peerAddress(): string | undefined {
    return this.#parts.serving.current?.peerAddress
  }

  join(): void {
    const { database, share, openAzure } = this.#parts
    database.join(this, share)
    if (this.#spokesman !== undefined) database.join(this.#spokesman, undefined)
    if (openAzure !== undefined) database.listenToAzure(openAzure)
  }

  leave(): void {
    const { database } = this.#parts
    if (this.#spokesman !== undefined) database.leave(this.#spokesman)
    database.leave(this)
  }

  /** Why commands fail at once, while they do: the server is known to be away, and they are not to wait for it. */
  unavailable(): Error | undefined {
    const { maint, database, clock } = this.#parts
    return maint.failFast ? unavailableError(database.availability.status, clock) : undefined
  }

  leaveReplica(): void {
    const { current } = this.#parts.serving
    if (current !== undefined && this.#parts.path.recovery.mayLeave) this.#leave(current)
  }

  /** A command found out that a server takes no writes. The neighbours are told once, by whoever notices first. */
  foundReplica(generation: ConnectionGeneration): void {
    const { shell, database } = this.#parts
    const wasMoving = isMoving(shell.slot)
    this.#leave(generation)
    if (!wasMoving && isMoving(shell.slot)) database.spreadDemotion(this)
  }

  onAvailability(): void {
    const error = this.unavailable()
    if (error !== undefined) this.#parts.path.traffic.failWaiting(error)
  }

  onAzure(notification: AzureNotification): void {
    const { clock, maint } = this.#parts
    const context = { now: clock.now(), epochMs: clock.epochMs(), reactions: maint.azureReactions }
    const { state, reactions } = reactTo(this.#azure, notification, context)
    this.#azure = state
    for (const reaction of reactions) this.#react(reaction)
  }

  onAzureRejected(): void {
    // A message that says nothing asks for nothing.
  }

  #react(reaction: AzureReaction): void {
    const { shell, serving, database, recheckAddress } = this.#parts
    if (reaction.type === 'refresh') return recheckAddress()
    if (reaction.type !== 'reconnect') return shell.send(reaction)
    // Whoever waits for the next attempt need not wait any longer.
    database.availability.retryNow()
    const { current } = serving
    if (current !== undefined) shell.send({ type: 'leave', generation: current.id, reason: 'failover' })
  }

  #leave({ id }: ConnectionGeneration): void {
    this.#parts.shell.send({ type: 'leave', generation: id, reason: 'demoted' })
  }
}
