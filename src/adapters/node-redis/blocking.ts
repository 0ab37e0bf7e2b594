import type { Clock } from '../../base/clock.js'
import { createDeferred, type Deferred } from '../../base/deferred.js'
import { HitlessError } from '../../base/errors.js'
import { canReissue, withTimeLeft } from './blocking-timeout.js'
import type { ConnectionGeneration } from './generation.js'
import type { HostCommandOptions } from './internals.js'

/** A blocking command that has not been settled. */
interface Blocked {
  readonly generation: ConnectionGeneration
  /** Whether the server has answered it, be it that it is not known yet why without a result. */
  answered: boolean
  /** Settles with whether the server let the command go without a result; set once that was asked for. */
  release: Deferred<boolean> | undefined
}

/** What blocking commands need. */
export interface BlockingParts {
  readonly clock: Clock
  /** Does something with the connection that serves, once there is one. */
  readonly run: (
    ask: (generation: ConnectionGeneration) => Promise<unknown>,
    options: CommandOptions,
  ) => Promise<unknown>
  /** Runs something with a further connection to the node that a generation is connected to. */
  readonly withSibling: <T>(
    generation: ConnectionGeneration,
    run: (send: (args: readonly string[]) => Promise<unknown>) => Promise<T>,
  ) => Promise<T>
}

type CommandOptions = HostCommandOptions | undefined

/** In place of an answer: the command was let go without a result, and is to be issued again. */
const RELEASED = Symbol('released')

/** How long to wait before a command that was not found blocked is looked at again, in milliseconds. */
const LOOK_AGAIN_MS = 5

/**
 * Blocking commands: nobody else waits for them. When their connection is left they are released by CLIENT UNBLOCK, which
 * answers them exactly like their own timeout, and are issued again, with the time that is left, where the traffic is.
 */
export class BlockingCommands {
  readonly #parts: BlockingParts
  readonly #blocked = new Set<Blocked>()

  constructor(parts: BlockingParts) {
    this.#parts = parts
  }

  /** Sends a blocking command; it is answered once, wherever that happens. */
  async send(first: ConnectionGeneration, args: readonly unknown[], options: CommandOptions): Promise<unknown> {
    const { clock, run } = this.#parts
    const issuedAt = clock.now()
    let answer = await this.#ask(first, args, options)
    while (answer === RELEASED) {
      const left = withTimeLeft(args, clock.now() - issuedAt)
      answer = await run(generation => this.#ask(generation, left, options), options)
    }
    return answer
  }

  async #ask(generation: ConnectionGeneration, args: readonly unknown[], options: CommandOptions): Promise<unknown> {
    const blocked: Blocked = { generation, answered: false, release: undefined }
    void generation.learnClientId()
    this.#blocked.add(blocked)
    generation.blocked += 1
    try {
      const reply = await generation.client.sendCommand(args, options)
      blocked.answered = true
      const released = reply === null && canReissue(args) && (await blocked.release?.promise) === true
      return released ? RELEASED : reply
    } catch (error) {
      if (isUnblocked(error) && canReissue(args)) return RELEASED
      throw blocked.release === undefined || generation.isReady ? error : unreleased(args, error)
    } finally {
      blocked.release?.resolve(false)
      generation.blocked -= 1
      this.#blocked.delete(blocked)
    }
  }

  /** Releases every command that blocks on a connection that is being left. Never rejects. */
  async release(generation: ConnectionGeneration): Promise<void> {
    const leaving = [...this.#blocked].filter(blocked => blocked.generation === generation)
    if (leaving.length === 0) return
    for (const blocked of leaving) blocked.release = createDeferred()
    await this.#releaseAll(generation, leaving).catch(() => {})
    // What was not released by now is not going to be: an answer without a result is its own timeout.
    for (const blocked of leaving) blocked.release?.resolve(false)
  }

  async #releaseAll(generation: ConnectionGeneration, leaving: readonly Blocked[]): Promise<void> {
    const id = await generation.learnClientId()
    if (id === undefined) return
    await this.#parts.withSibling(generation, async send => {
      // The server takes them one after the other; whichever blocks is the first without an answer.
      for (const blocked of leaving) await this.#releaseOne(blocked, () => send(['CLIENT', 'UNBLOCK', id, 'TIMEOUT']))
    })
  }

  async #releaseOne(blocked: Blocked, unblock: () => Promise<unknown>): Promise<void> {
    while (this.#blocked.has(blocked)) {
      const released = Number(await unblock()) === 1
      if (released || blocked.answered) return blocked.release?.resolve(released)
      // Its answer is on its way, or it has not reached the server yet.
      await new Promise<void>(resolve => {
        this.#parts.clock.after(LOOK_AGAIN_MS, resolve)
      })
    }
  }
}

/** A failover ends blocking commands by itself; nothing was taken then. */
function isUnblocked(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('UNBLOCKED ')
}

function unreleased([name]: readonly unknown[], cause: unknown): HitlessError {
  const message = `The connection ended before ${String(name)} could be released: whether it took something is not known`
  return new HitlessError('FATE_UNKNOWN', message, { cause, facts: { command: String(name) } })
}
