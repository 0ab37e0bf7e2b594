import { createDeferred } from '../../../base/deferred.js'
import { pause } from '../../../base/pause.js'
import { canPause } from '../../../core/commands/blocking-timeout.js'
import { askNewest, newestKeys } from '../../../core/commands/newest-entries.js'
import { AuxiliaryConnections, type AuxiliaryOpener, type SendOne } from '../../connect/auxiliary-connections.js'
import { noteRefusal, type RefusalContext } from '../../connect/refusal.js'
import type { Connection } from '../../session/connection.js'
import { type ConnectionIdentity, findIn } from '../../session/connection-identity.js'
import { type Blocked, canResume, RELEASED, verdictOn } from './blocked-command.js'
import { exactOf } from './newest-of-call.js'

/** The pause before a command that did not block is checked again, and how long that is repeated, in milliseconds. */
const LOOK_AGAIN_MS = 5
const RELEASE_WITHIN_MS = 1_000

/** Releases blocking commands by CLIENT UNBLOCK, which answers them exactly like their own timeout. */
export class BlockingRelease {
  readonly #context: RefusalContext
  readonly #opener: AuxiliaryOpener
  #lines: AuxiliaryConnections | undefined

  constructor(context: RefusalContext, opener: AuxiliaryOpener) {
    this.#context = context
    this.#opener = opener
  }

  /** The auxiliary connections of the link. */
  get auxiliary(): AuxiliaryConnections {
    this.#lines ??= new AuxiliaryConnections(this.#context.clock, this.#opener)
    return this.#lines
  }

  /** Ends the auxiliary connections that were kept. */
  close(): void {
    this.#lines?.close()
  }

  /**
   * Asks the server whether a command still blocks on it and, where nothing can be missed, releases it, so that the
   * server must answer. Rejects when the server cannot be asked.
   */
  async check(first: Blocked): Promise<void> {
    const { connection, isSlice } = first
    // Its answer is due soon anyway.
    if (isSlice) return
    // It is too late to ask for the identity now: the question would wait behind the blocking command.
    const identity = first.isHeldBack && !connection.isTied ? await connection.learnIdentity() : undefined
    if (identity === undefined) return
    await this.auxiliary.use(connection, { keep: true }, async send => {
      const list = await send(['CLIENT', 'LIST', 'ID', identity.id]).catch(error => this.#refusal(error, connection))
      const whereabouts = findIn(String(list), identity)
      if (first.end !== undefined) return
      if (whereabouts === 'not-blocked') first.isHeldBack = false
      else if (whereabouts === 'blocked' && canPause(first.args)) await this.#pause(first, identity, send)
    })
  }

  /** Releases every command that blocks on a connection that is being left. Never rejects. */
  async release(connection: Connection, all: readonly Blocked[]): Promise<void> {
    // A command that a check has released only needs its answer, or the end of the connection.
    const leaving = all.filter(({ letGo }) => !letGo)
    for (const blocked of leaving) blocked.release = createDeferred()
    // Where one is a slice the server releases nothing, and it will end by itself.
    if (leaving.length > 0 && !leaving.some(({ isSlice }) => isSlice))
      await this.#releaseAll(connection, leaving).catch(() => {})
    // What was not released by now will not be released.
    for (const blocked of leaving) blocked.release?.resolve(undefined)
    if (connection.unresponsive === undefined) return
    for (const blocked of all) if (canResume(blocked) && verdictOn(blocked) === true) blocked.left.resolve(RELEASED)
  }

  /** A server that refuses the question is alive all the same. */
  #refusal(error: unknown, connection: Connection): string {
    if (this.#context.host.classify(error) !== 'reply') throw error
    noteRefusal('CLIENT LIST', { error, connection, context: this.#context })
    return ''
  }

  /**
   * What a command is issued as again after its release, so that nothing is missed; `undefined` where that is not known. To one
   * that reads what comes after the newest entries none is added as long as it blocks: where it is released afterwards, those
   * that are the newest now are those with which it began. Where several are on their way, it is not sure which one is released.
   */
  #exactOf({ call, connection }: Blocked, send: SendOne): Promise<readonly unknown[] | undefined> {
    const keys = newestKeys(call.args)
    if (keys.length > 0 && connection.blocked > 1) return Promise.resolve(undefined)
    return exactOf(
      call,
      keys.map(key => send(askNewest(key))),
      this.#context.host,
    )
  }

  async #pause(blocked: Blocked, identity: ConnectionIdentity, send: SendOne): Promise<void> {
    // While that is found out it may be answered, and the next command of its connection must not be released for it.
    const exact = await this.#exactOf(blocked, send)
    if (exact === undefined || blocked.end !== undefined) return
    const release = createDeferred<boolean | undefined>()
    blocked.release = release
    try {
      const letGo = await this.#unblock(blocked, exact, () => send(unblock(identity)))
      if (letGo === undefined) return
      blocked.letGo = letGo
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
      const exact = await Promise.all(leaving.map(blocked => this.#exactOf(blocked, send)))
      if (exact.includes(undefined)) return
      // The server executes them one after the other. The one that blocks is the first without an answer.
      for (const [index, blocked] of leaving.entries())
        await this.#releaseOne(blocked, () =>
          this.#unblock(blocked, exact[index] ?? blocked.call.args, () => send(unblock(identity))),
        )
    })
  }

  async #releaseOne(blocked: Blocked, ask: () => Promise<boolean | undefined>): Promise<void> {
    const { clock } = this.#context
    const giveUpAt = clock.now() + RELEASE_WITHIN_MS
    while (blocked.end !== 'answered' && !blocked.letGo) {
      const letGo = await ask()
      if (letGo === undefined) break
      blocked.letGo = letGo
      // Otherwise its answer is on its way, or the command has not reached the server yet, or never will.
      if (blocked.letGo || blocked.end !== undefined || clock.now() >= giveUpAt) break
      await pause(clock, LOOK_AGAIN_MS)
    }
    blocked.release?.resolve(verdictOn(blocked))
  }

  /** Resolves with whether the server has released a command; `undefined` where it refuses to. */
  async #unblock(
    { call, connection }: Blocked,
    exact: readonly unknown[],
    ask: () => Promise<unknown>,
  ): Promise<boolean | undefined> {
    try {
      const letGo = Number(await ask()) === 1
      if (letGo) call.args = exact
      return letGo
    } catch (error) {
      if (noteRefusal('CLIENT UNBLOCK', { error, connection, context: this.#context })) return undefined
      throw error
    }
  }
}

function unblock({ id }: ConnectionIdentity): readonly string[] {
  return ['CLIENT', 'UNBLOCK', id, 'TIMEOUT']
}
