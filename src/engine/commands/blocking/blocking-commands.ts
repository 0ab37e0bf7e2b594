import { isSliceOver } from '../../../core/commands/blocking-slices.js'
import { isBound, timeoutMsOf } from '../../../core/commands/blocking-timeout.js'
import type { AuxiliaryConnections, AuxiliaryOpener } from '../../connect/auxiliary-connections.js'
import type { RefusalContext } from '../../connect/refusal.js'
import type { SendOptions } from '../../ports.js'
import type { Connection } from '../../session/connection.js'
import { NeverSent } from '../recovery/never-sent.js'
import {
  type Blocked,
  type BlockedSpan,
  type BlockingCall,
  canResume,
  endedByFailover,
  endedByOthers,
  isEarly,
  newBlocked,
  RELEASED,
  SLICED,
  takesNothing,
  unreleased,
} from './blocked-command.js'
import { BlockingRelease } from './blocking-release.js'
import { Slicing } from './slicing.js'

/** Whose blocking commands they are. */
export interface BlockingOwner extends AuxiliaryOpener {
  /** Runs something with the connection that serves, once there is one. */
  run(ask: (connection: Connection) => Promise<unknown>, options: CommandOptions): Promise<unknown>
  /** Whether the application has closed the client: only what was sent is waited for. */
  readonly isClosed: boolean
  /**
   * A server that became a replica ended a blocking command, which is issued again right after this call. Returns whether the
   * connection is left.
   */
  onUnblocked(connection: Connection, error: unknown): boolean
}

type CommandOptions = SendOptions | undefined

const NONE: readonly Blocked[] = []

/**
 * Blocking commands. When their connection is left they are released, and issued again, with the time that is left, on the
 * connection that serves then.
 */
export class BlockingCommands {
  readonly #context: RefusalContext
  readonly #owner: BlockingOwner
  /** Made with the first of them, as is what asks about them: most applications send none. */
  #blocked: Set<Blocked> | undefined
  #releasing: BlockingRelease | undefined
  #slicing: Slicing | undefined
  /** The connections that are, or were, left. */
  #left: WeakSet<Connection> | undefined

  constructor(context: RefusalContext, owner: BlockingOwner) {
    this.#context = context
    this.#owner = owner
  }

  /** Sends a blocking command. It is answered once, by whatever connection. */
  send(first: Connection, args: readonly unknown[], options: CommandOptions): Promise<unknown> {
    const call = this.#begin(args, options)
    return this.#goOn(call, first, this.#ask(first, call, args))
  }

  /**
   * Sends a command of which only the server knows whether it blocks.
   *
   * @param learned - Resolves with whether it does. The question was sent before.
   */
  async sendUnlisted(
    first: Connection,
    args: readonly unknown[],
    { options, learned }: { readonly options: CommandOptions; readonly learned: Promise<boolean> },
  ): Promise<unknown> {
    // It is too late for that while the command blocks.
    void first.learnIdentity()
    const call = this.#begin(args, options)
    const sent = first.send(args, options)
    const isAnswered = sent.then(
      () => false,
      () => false,
    )
    if (!(await Promise.race([learned, isAnswered]))) return sent
    return this.#goOn(call, first, this.#await(this.#enter(first, call, { args, isSlice: false }), sent))
  }

  #begin(args: readonly unknown[], options: CommandOptions): BlockingCall {
    return { args, options, issuedAt: this.#context.clock.now(), isWhole: false }
  }

  /** Issues a command again as long as it is released, or as slices of it end. */
  async #goOn(call: BlockingCall, first: Connection, asked: Promise<unknown>): Promise<unknown> {
    let connection = first
    let answer = await asked
    while (answer === RELEASED || answer === SLICED) {
      const left = this.#slices.leftOf(call)
      const again = (on: Connection): Promise<unknown> => {
        connection = on
        return this.#ask(on, call, left)
      }
      answer = await (answer === SLICED ? again(connection) : this.#owner.run(again, call.options))
    }
    return answer
  }

  /** How long what a connection owes may block on the server; `undefined` where the server should answer at once. */
  spanOf(connection: Connection): BlockedSpan | undefined {
    const [first] = this.#on(connection)
    if (first?.isHeldBack !== true) return undefined
    // Where several were sent it began to block when the one before was answered.
    const sinceAt = Math.max(first.issuedAt, connection.lastHeardAt)
    return { sinceAt, untilAt: sinceAt + timeoutMsOf(first.args) }
  }

  /**
   * Has a command that blocks prove that its connection lives. Afterwards `spanOf` tells whether an answer is due. Rejects
   * when the server cannot be asked.
   */
  async check(connection: Connection): Promise<void> {
    const [first] = this.#on(connection)
    if (first !== undefined) await this.#release.check(first)
  }

  /** Whether all that a connection owes is a slice of a command that should be over. */
  isOverdue(connection: Connection): boolean {
    const [first] = this.#on(connection)
    const span = this.spanOf(connection)
    return first?.isSlice === true && first.isAlone && span !== undefined && span.untilAt < this.#context.clock.now()
  }

  /** Releases every command that blocks on a connection that is being left. Never rejects. */
  async release(connection: Connection): Promise<void> {
    if (this.#blocked === undefined) return
    this.#left ??= new WeakSet()
    this.#left.add(connection)
    await this.#release.release(connection, this.#on(connection))
  }

  /** Ends the auxiliary connections that were kept. */
  close(): void {
    this.#releasing?.close()
  }

  /** The auxiliary connections of the link. */
  get auxiliary(): AuxiliaryConnections {
    return this.#release.auxiliary
  }

  get #release(): BlockingRelease {
    this.#releasing ??= new BlockingRelease(this.#context, this.#owner)
    return this.#releasing
  }

  get #slices(): Slicing {
    this.#slicing ??= new Slicing(this.#context)
    return this.#slicing
  }

  #on(connection: Connection): readonly Blocked[] {
    if (this.#blocked === undefined) return NONE
    return [...this.#blocked].filter(blocked => blocked.connection === connection)
  }

  #ask(connection: Connection, call: BlockingCall, args: readonly unknown[]): Promise<unknown> {
    const slice = this.#slices.next(connection, call, args)
    if (slice === undefined) {
      const blocked = this.#enter(connection, call, { args, isSlice: false })
      return this.#await(blocked, connection.send(args, call.options))
    }
    const blocked = this.#enter(connection, call, { args: slice, isSlice: true })
    this.#slices.ask(connection, call)
    return this.#await(blocked, connection.send(slice, call.options))
  }

  async #await(blocked: Blocked, sent: Promise<unknown>): Promise<unknown> {
    const { connection } = blocked
    try {
      const reply = await Promise.race([sent, blocked.left.promise])
      blocked.end = 'answered'
      return await this.#take(blocked, reply)
    } catch (error) {
      blocked.end = connection.isReady ? 'answered' : 'broken'
      return await this.#whatNext(blocked, error)
    } finally {
      blocked.release?.resolve(undefined)
      connection.blocked -= 1
      this.#blocked?.delete(blocked)
    }
  }

  /** The answer to a call, or what is to be done in place of it. */
  async #take(blocked: Blocked, reply: unknown): Promise<unknown> {
    const { isSlice, args } = blocked
    if (isSlice && isSliceOver(args, reply) && !endedByOthers(blocked, this.#context.clock.now()))
      return this.#afterSlice(blocked, reply)
    return reply === null && (await this.#wasReleased(blocked)) && canResume(blocked) ? RELEASED : reply
  }

  #afterSlice({ call, args, connection }: Blocked, reply: unknown): unknown {
    const mayStay = connection.isReady && this.#left?.has(connection) !== true
    if (isBound(args)) return mayStay ? SLICED : reply
    if (!mayStay || !this.#owner.isClosed) return RELEASED
    // Closing waits for it, and no hand-off does any more.
    call.isWhole = true
    return SLICED
  }

  #enter(
    connection: Connection,
    call: BlockingCall,
    { args, isSlice }: { readonly args: readonly unknown[]; readonly isSlice: boolean },
  ): Blocked {
    const blocked = newBlocked({ call, connection, args, isSlice, issuedAt: this.#context.clock.now() })
    this.#blocked ??= new Set()
    this.#blocked.add(blocked)
    connection.blocked += 1
    const noteHeldBack = (): void => {
      blocked.isHeldBack = true
    }
    // Within a MULTI of the application the question would become part of the MULTI; and nothing blocks there.
    if (connection.isTied || isSlice) noteHeldBack()
    else void connection.learnIdentity().then(noteHeldBack)
    return blocked
  }

  async #wasReleased(blocked: Blocked): Promise<boolean> {
    const { release } = blocked
    if (release === undefined) return false
    const verdict = await release.promise
    // Nothing else ends a command before its own timeout.
    return verdict ?? isEarly(blocked, this.#context.clock.now())
  }

  async #whatNext(blocked: Blocked, error: unknown): Promise<typeof RELEASED> {
    const { connection, args, release, end } = blocked
    // Nothing was taken then. A server that names its primary does not end the connection, and would do so again and again.
    const ended = endedByFailover(error)
    const isOver = ended !== undefined && canResume(blocked)
    if (isOver && (this.#owner.onUnblocked(connection, error) || ended === 'unblocked')) return RELEASED
    // The server never had it, so its sender sends it elsewhere.
    if (error instanceof NeverSent || release === undefined || end === 'answered') throw error
    // The server has said that it answered without a result: it does not matter that the answer was never read.
    const isSafe = takesNothing(args) || (await release.promise) === true
    if (isSafe && canResume(blocked)) return RELEASED
    throw unreleased(args, error)
  }
}
