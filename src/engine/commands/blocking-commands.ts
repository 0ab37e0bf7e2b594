import type { Clock } from '../../base/clock.js'
import { createDeferred, type Deferred } from '../../base/deferred.js'
import { HitlessError } from '../../base/errors.js'
import { pause } from '../../base/pause.js'
import { canPause, canReissue, timeoutMsOf, withTimeLeft } from '../../core/commands/blocking-timeout.js'
import { classifyReply } from '../../core/replies/reply-kind.js'
import { AuxiliaryConnections, type AuxiliaryOpener, type SendOne } from '../connect/auxiliary-connections.js'
import type { BlockedSpan } from '../monitors/liveness-monitor.js'
import type { Host, SendOptions } from '../ports.js'
import type { Connection } from '../session/connection.js'
import { type ConnectionIdentity, findIn } from '../session/connection-identity.js'
import { NeverSent } from './never-sent.js'

/** A blocking command that has not been settled. */
interface Blocked {
  readonly connection: Connection
  readonly args: readonly unknown[]
  readonly issuedAt: number
  /** Whether it may still block on the server, which has it, as far as is known, and has not released it. */
  isHeldBack: boolean
  /** Whether the server has said that it released it. */
  letGo: boolean
  /** How it ended: with an answer, perhaps without a result, or with its connection. */
  end: 'answered' | 'broken' | undefined
  /** Settles with whether the server released it without a result, `undefined`: in doubt; set when it is asked to. */
  release: Deferred<boolean | undefined> | undefined
  /** Resolved when the answer is known in another way, and the connection may never give it. */
  readonly left: Deferred<typeof RELEASED>
}

/** Whose blocking commands they are. */
export interface BlockingOwner extends AuxiliaryOpener {
  /** Runs something with the connection that serves, once there is one. */
  run(ask: (connection: Connection) => Promise<unknown>, options: CommandOptions): Promise<unknown>
  /** A server that became a replica ended a blocking command. The command is issued again right after this call. */
  onUnblocked(connection: Connection): void
}

/** What blocking commands work with. */
export interface BlockingContext {
  readonly clock: Clock
  readonly host: Pick<Host, 'classify'>
}

type CommandOptions = SendOptions | undefined

/** In place of an answer: the command was released without a result, and must be issued again. */
const RELEASED = Symbol('released')

const NONE: readonly Blocked[] = []

const UNTOUCHED = { isHeldBack: false, letGo: false, end: undefined, release: undefined } as const

/** The pause before a command that did not block is checked again, and how long that is repeated, in milliseconds. */
const LOOK_AGAIN_MS = 5
const RELEASE_WITHIN_MS = 1_000

/** How much earlier than its own timeout a command must end to count as released, in milliseconds. */
const TIMEOUT_TOLERANCE_MS = 50

/**
 * Blocking commands. When their connection is left they are released by CLIENT UNBLOCK, which answers them exactly like
 * their own timeout. They are issued again, with the time that is left, on the connection that serves then.
 */
export class BlockingCommands {
  readonly #context: BlockingContext
  readonly #owner: BlockingOwner
  /** Made with the first of them, as is what asks about them: most applications send none. */
  #blocked: Set<Blocked> | undefined
  #lines: AuxiliaryConnections | undefined

  constructor(context: BlockingContext, owner: BlockingOwner) {
    this.#context = context
    this.#owner = owner
  }

  /** Sends a blocking command. It is answered once, by whatever connection. */
  async send(first: Connection, args: readonly unknown[], options: CommandOptions): Promise<unknown> {
    const { clock } = this.#context
    const issuedAt = clock.now()
    let answer = await this.#ask(first, args, options)
    while (answer === RELEASED) {
      const left = withTimeLeft(args, clock.now() - issuedAt)
      answer = await this.#owner.run(connection => this.#ask(connection, left, options), options)
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
   * Asks the server whether a command still blocks on it and, where nothing can be missed, releases it, so that the
   * server must answer. Afterwards `spanOf` tells whether an answer is due. Rejects when the server cannot be asked.
   */
  async check(connection: Connection): Promise<void> {
    const [first] = this.#on(connection)
    // It is too late to ask for the identity now: the question would wait behind the blocking command.
    const identity = first?.isHeldBack === true && !connection.isTied ? await connection.learnIdentity() : undefined
    if (first === undefined || identity === undefined) return
    await this.auxiliary.use(connection, { keep: true }, async send => {
      const list = await send(['CLIENT', 'LIST', 'ID', identity.id]).catch(error => this.#refusal(error))
      const whereabouts = findIn(String(list), identity)
      if (first.end !== undefined) return
      if (whereabouts === 'not-blocked') first.isHeldBack = false
      else if (whereabouts === 'blocked' && canPause(first.args)) await this.#pause(first, identity, send)
    })
  }

  /** A server that refuses the question is alive all the same. */
  #refusal(error: unknown): string {
    if (this.#context.host.classify(error) === 'reply') return ''
    throw error
  }

  /** Releases every command that blocks on a connection that is being left. Never rejects. */
  async release(connection: Connection): Promise<void> {
    // A command that a check has released only needs its answer, or the end of the connection.
    const all = this.#on(connection)
    const leaving = all.filter(({ letGo }) => !letGo)
    for (const blocked of leaving) blocked.release = createDeferred()
    if (leaving.length > 0) await this.#releaseAll(connection, leaving).catch(() => {})
    // What was not released by now will not be released.
    for (const blocked of leaving) blocked.release?.resolve(undefined)
    if (connection.unresponsive === undefined) return
    for (const blocked of all)
      if (canReissue(blocked.args) && verdictOn(blocked) === true) blocked.left.resolve(RELEASED)
  }

  /** Ends the auxiliary connections that were kept. */
  close(): void {
    this.#lines?.close()
  }

  /** The auxiliary connections of the link. */
  get auxiliary(): AuxiliaryConnections {
    this.#lines ??= new AuxiliaryConnections(this.#context.clock, this.#owner)
    return this.#lines
  }

  #on(connection: Connection): readonly Blocked[] {
    if (this.#blocked === undefined) return NONE
    return [...this.#blocked].filter(blocked => blocked.connection === connection)
  }

  async #ask(connection: Connection, args: readonly unknown[], options: CommandOptions): Promise<unknown> {
    const blocked = this.#enter(connection, args)
    try {
      const reply = await Promise.race([connection.send(args, options), blocked.left.promise])
      blocked.end = 'answered'
      return reply === null && canReissue(args) && (await this.#wasReleased(blocked)) ? RELEASED : reply
    } catch (error) {
      blocked.end = connection.isReady ? 'answered' : 'broken'
      return await this.#whatNext(blocked, error)
    } finally {
      blocked.release?.resolve(undefined)
      connection.blocked -= 1
      this.#blocked?.delete(blocked)
    }
  }

  #enter(connection: Connection, args: readonly unknown[]): Blocked {
    const issuedAt = this.#context.clock.now()
    const blocked: Blocked = { connection, args, issuedAt, ...UNTOUCHED, left: createDeferred() }
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
    const isEarly = this.#context.clock.now() - issuedAt < timeoutMsOf(args) - TIMEOUT_TOLERANCE_MS
    return verdict ?? isEarly
  }

  async #whatNext({ connection, args, release, end }: Blocked, error: unknown): Promise<typeof RELEASED> {
    if (classifyReply(error)?.kind === 'unblocked' && canReissue(args)) {
      // A failover ends blocking commands by itself. Nothing was taken then.
      this.#owner.onUnblocked(connection)
      return RELEASED
    }
    // The server never had it, so its sender sends it elsewhere.
    if (error instanceof NeverSent || release === undefined || end === 'answered') throw error
    // The server has said that it answered without a result: it does not matter that the answer was never read.
    if (canReissue(args) && (await release.promise) === true) return RELEASED
    throw unreleased(args, error)
  }

  async #pause(blocked: Blocked, { id }: ConnectionIdentity, send: SendOne): Promise<void> {
    const release = createDeferred<boolean | undefined>()
    blocked.release = release
    try {
      blocked.letGo = Number(await send(unblock(id))) === 1
      blocked.isHeldBack = false
      release.resolve(verdictOn(blocked))
    } finally {
      release.resolve(undefined)
    }
  }

  async #releaseAll(connection: Connection, leaving: readonly Blocked[]): Promise<void> {
    const identity = await connection.learnIdentity()
    if (identity === undefined) return
    await this.auxiliary.use(connection, { keep: false }, async send => {
      // The server executes them one after the other. The one that blocks is the first without an answer.
      for (const blocked of leaving) await this.#releaseOne(blocked, () => send(unblock(identity.id)))
    })
  }

  async #releaseOne(blocked: Blocked, ask: () => Promise<unknown>): Promise<void> {
    const { clock } = this.#context
    const giveUpAt = clock.now() + RELEASE_WITHIN_MS
    while (blocked.end !== 'answered' && !blocked.letGo) {
      blocked.letGo = Number(await ask()) === 1
      // Otherwise its answer is on its way, or the command has not reached the server yet, or never will.
      if (blocked.letGo || blocked.end !== undefined || clock.now() >= giveUpAt) break
      await pause(clock, LOOK_AGAIN_MS)
    }
    blocked.release?.resolve(verdictOn(blocked))
  }
}

/** Where several are on their way, the released one may be another one than the first without an answer. */
function verdictOn({ connection, letGo }: Blocked): boolean | undefined {
  return connection.blocked === 1 ? letGo : undefined
}

function unblock(id: string): readonly string[] {
  return ['CLIENT', 'UNBLOCK', id, 'TIMEOUT']
}

function unreleased([name]: readonly unknown[], cause: unknown): HitlessError {
  const message = `The connection ended before ${String(name)} could be released: whether it took something is not known`
  return new HitlessError('FATE_UNKNOWN', message, { cause, facts: { command: String(name) } })
}
