import { HitlessError } from '../../base/errors.js'
import { knowsTimeout, timeoutMsOf, withTimeLeft } from '../../core/commands/blocking-timeout.js'
import { classifyReply } from '../../core/replies/reply-kind.js'
import type { AuxiliaryConnections, AuxiliaryOpener } from '../connect/auxiliary-connections.js'
import type { BlockedSpan } from '../monitors/liveness-monitor.js'
import type { SendOptions } from '../ports.js'
import type { Connection } from '../session/connection.js'
import { type Blocked, type BlockingCall, canResume, newBlocked, RELEASED } from './blocked-command.js'
import { type BlockingContext, BlockingRelease } from './blocking-release.js'
import { NeverSent } from './never-sent.js'

/** Whose blocking commands they are. */
export interface BlockingOwner extends AuxiliaryOpener {
  /** Runs something with the connection that serves, once there is one. */
  run(ask: (connection: Connection) => Promise<unknown>, options: CommandOptions): Promise<unknown>
  /** A server that became a replica ended a blocking command. The command is issued again right after this call. */
  onUnblocked(connection: Connection): void
}

type CommandOptions = SendOptions | undefined

const NONE: readonly Blocked[] = []

/** How much earlier than its own timeout a command must end to count as released, in milliseconds. */
const TIMEOUT_TOLERANCE_MS = 50

/**
 * Blocking commands. When their connection is left they are released, and issued again, with the time that is left, on the
 * connection that serves then.
 */
export class BlockingCommands {
  readonly #context: BlockingContext
  readonly #owner: BlockingOwner
  /** Made with the first of them, as is what asks about them: most applications send none. */
  #blocked: Set<Blocked> | undefined
  #releasing: BlockingRelease | undefined

  constructor(context: BlockingContext, owner: BlockingOwner) {
    this.#context = context
    this.#owner = owner
  }

  /** Sends a blocking command. It is answered once, by whatever connection. */
  send(first: Connection, args: readonly unknown[], options: CommandOptions): Promise<unknown> {
    const call = this.#begin(args, options)
    return this.#goOn(call, this.#ask(first, call, args))
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
    return this.#goOn(call, this.#await(this.#enter(first, call, args), sent))
  }

  #begin(args: readonly unknown[], options: CommandOptions): BlockingCall {
    return { args, options, issuedAt: this.#context.clock.now() }
  }

  /** Issues a command again as long as it is released. */
  async #goOn(call: BlockingCall, first: Promise<unknown>): Promise<unknown> {
    let answer = await first
    while (answer === RELEASED) {
      const left = withTimeLeft(call.args, this.#context.clock.now() - call.issuedAt)
      answer = await this.#owner.run(connection => this.#ask(connection, call, left), call.options)
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

  /** Releases every command that blocks on a connection that is being left. Never rejects. */
  release(connection: Connection): Promise<void> {
    return this.#release.release(connection, this.#on(connection))
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

  #on(connection: Connection): readonly Blocked[] {
    if (this.#blocked === undefined) return NONE
    return [...this.#blocked].filter(blocked => blocked.connection === connection)
  }

  #ask(connection: Connection, call: BlockingCall, args: readonly unknown[]): Promise<unknown> {
    const blocked = this.#enter(connection, call, args)
    return this.#await(blocked, connection.send(args, call.options))
  }

  async #await(blocked: Blocked, sent: Promise<unknown>): Promise<unknown> {
    const { connection } = blocked
    try {
      const reply = await Promise.race([sent, blocked.left.promise])
      blocked.end = 'answered'
      return reply === null && (await this.#wasReleased(blocked)) && canResume(blocked) ? RELEASED : reply
    } catch (error) {
      blocked.end = connection.isReady ? 'answered' : 'broken'
      return await this.#whatNext(blocked, error)
    } finally {
      blocked.release?.resolve(undefined)
      connection.blocked -= 1
      this.#blocked?.delete(blocked)
    }
  }

  #enter(connection: Connection, call: BlockingCall, args: readonly unknown[]): Blocked {
    const blocked = newBlocked({ call, connection, args, issuedAt: this.#context.clock.now() })
    this.#blocked ??= new Set()
    this.#blocked.add(blocked)
    connection.blocked += 1
    const noteHeldBack = (): void => {
      blocked.isHeldBack = true
    }
    // Within a MULTI of the application the question would become part of the MULTI; and nothing blocks there.
    if (connection.isTied) noteHeldBack()
    else void connection.learnIdentity().then(noteHeldBack)
    return blocked
  }

  async #wasReleased({ release, args, issuedAt }: Blocked): Promise<boolean> {
    if (release === undefined) return false
    const verdict = await release.promise
    // Nothing else ends a command before its own timeout.
    const isEarly =
      knowsTimeout(args) && this.#context.clock.now() - issuedAt < timeoutMsOf(args) - TIMEOUT_TOLERANCE_MS
    return verdict ?? isEarly
  }

  async #whatNext(blocked: Blocked, error: unknown): Promise<typeof RELEASED> {
    const { connection, args, release, end } = blocked
    if (classifyReply(error)?.kind === 'unblocked' && canResume(blocked)) {
      // A failover ends blocking commands by itself. Nothing was taken then.
      this.#owner.onUnblocked(connection)
      return RELEASED
    }
    // The server never had it, so its sender sends it elsewhere.
    if (error instanceof NeverSent || release === undefined || end === 'answered') throw error
    // The server has said that it answered without a result: it does not matter that the answer was never read.
    if ((await release.promise) === true && canResume(blocked)) return RELEASED
    throw unreleased(args, error)
  }
}

function unreleased([name]: readonly unknown[], cause: unknown): HitlessError {
  const message = `The connection ended before ${String(name)} could be released: whether it took something is not known`
  return new HitlessError('FATE_UNKNOWN', message, { cause, facts: { command: String(name) } })
}
