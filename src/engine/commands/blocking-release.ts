import type { Clock } from '../../base/clock.js'
import { createDeferred } from '../../base/deferred.js'
import { pause } from '../../base/pause.js'
import { canPause } from '../../core/commands/blocking-timeout.js'
import { askNewest, fromIds, newestKeys, readNewest } from '../../core/commands/newest-entries.js'
import { AuxiliaryConnections, type AuxiliaryOpener, type SendOne } from '../connect/auxiliary-connections.js'
import type { Host } from '../ports.js'
import type { Connection } from '../session/connection.js'
import { type ConnectionIdentity, findIn } from '../session/connection-identity.js'
import { type Blocked, canResume, RELEASED, verdictOn } from './blocked-command.js'

/** What blocking commands work with. */
export interface BlockingContext {
  readonly clock: Clock
  readonly host: Pick<Host, 'classify'>
}

/** The pause before a command that did not block is checked again, and how long that is repeated, in milliseconds. */
const LOOK_AGAIN_MS = 5
const RELEASE_WITHIN_MS = 1_000

/** Releases blocking commands by CLIENT UNBLOCK, which answers them exactly like their own timeout. */
export class BlockingRelease {
  readonly #context: BlockingContext
  readonly #opener: AuxiliaryOpener
  #lines: AuxiliaryConnections | undefined

  constructor(context: BlockingContext, opener: AuxiliaryOpener) {
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
    const { connection } = first
    // It is too late to ask for the identity now: the question would wait behind the blocking command.
    const identity = first.isHeldBack && !connection.isTied ? await connection.learnIdentity() : undefined
    if (identity === undefined) return
    await this.auxiliary.use(connection, { keep: true }, async send => {
      const list = await send(['CLIENT', 'LIST', 'ID', identity.id]).catch(error => this.#refusal(error))
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
    if (leaving.length > 0) await this.#releaseAll(connection, leaving).catch(() => {})
    // What was not released by now will not be released.
    for (const blocked of leaving) blocked.release?.resolve(undefined)
    if (connection.unresponsive === undefined) return
    for (const blocked of all) if (canResume(blocked) && verdictOn(blocked) === true) blocked.left.resolve(RELEASED)
  }

  /** A server that refuses the question is alive all the same. */
  #refusal(error: unknown): string {
    if (this.#context.host.classify(error) === 'reply') return ''
    throw error
  }

  /**
   * Whether a command can be released without missing anything. One that reads what comes after the newest entries learns
   * which they are: as long as it blocks nothing was added to them, so that they are those with which it began.
   */
  async #isExact({ call }: Blocked, send: SendOne): Promise<boolean> {
    const keys = newestKeys(call.args)
    if (keys.length === 0) return true
    const asked = keys.map(key => send(askNewest(key)).then(readNewest, error => this.#noStream(error)))
    const ids = await Promise.all(asked)
    if (ids.some(id => id === undefined)) return false
    call.args = fromIds(call.args, ids.map(String))
    return true
  }

  /** A key of another type may become a stream; what is refused is not known. */
  #noStream(error: unknown): string | undefined {
    if (this.#context.host.classify(error) !== 'reply') throw error
    return error instanceof Error && error.message.startsWith('WRONGTYPE') ? readNewest([]) : undefined
  }

  async #pause(blocked: Blocked, { id }: ConnectionIdentity, send: SendOne): Promise<void> {
    // While that is found out it may be answered, and the next command of its connection must not be released for it.
    if (!(await this.#isExact(blocked, send)) || blocked.end !== undefined) return
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
      const areExact = await Promise.all(leaving.map(blocked => this.#isExact(blocked, send)))
      // The server does not say which one it releases.
      if (areExact.includes(false)) return
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

function unblock(id: string): readonly string[] {
  return ['CLIENT', 'UNBLOCK', id, 'TIMEOUT']
}
