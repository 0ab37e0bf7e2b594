import type { Clock, Timer } from '../../base/clock.js'
import { withDeadline } from '../../base/deadline.js'
import { createDeferred } from '../../base/deferred.js'
import { HitlessError } from '../../base/errors.js'
import type { Connection } from '../session/connection.js'

/** Sends a command and resolves with its answer. */
export type SendOne = (args: readonly unknown[]) => Promise<unknown>

/** Who can open further connections. */
export interface AuxiliaryOpener {
  /** The database that is selected on them when they are made; `undefined` for the configured one. */
  readonly database?: number | undefined
  /**
   * Runs something with an auxiliary connection to the node of a connection. Rejects, with the auxiliary connection ended,
   * when it is not ready in time.
   */
  withAuxiliary<T>(connection: Connection, run: (send: SendOne) => Promise<T>): Promise<T>
}

/** An auxiliary connection to a node. */
interface Line {
  readonly send: SendOne
  /** Ends it. */
  readonly end: () => void
  users: number
  idle: Timer | undefined
}

/**
 * How long an auxiliary connection is kept after its last use, in milliseconds: longer than the pause between two
 * checks.
 */
const KEEP_MS = 15_000

/** The longest time for an answer, and for the proof that a kept connection still works, in milliseconds. */
const WARM_WITHIN_MS = 500
const ANSWER_WITHIN_MS = 3_000

/**
 * The auxiliary connections of a link: further connections to its node, for questions while a blocking command occupies
 * the link's own connection. There is one for each node and database. It is kept for some time where it will be needed again.
 */
export class AuxiliaryConnections {
  readonly #clock: Clock
  readonly #opener: AuxiliaryOpener
  readonly #lines = new Map<string, Line>()
  /** How often all of them were ended. */
  #closings = 0

  constructor(clock: Clock, opener: AuxiliaryOpener) {
    this.#clock = clock
    this.#opener = opener
  }

  /**
   * Runs something with an auxiliary connection to the node of a connection. Rejects when none can be made, or when an
   * answer takes too long.
   *
   * @param keep - Whether the connection is kept for the next use.
   */
  async use<T>(
    connection: Connection,
    { keep }: { readonly keep: boolean },
    run: (send: SendOne) => Promise<T>,
  ): Promise<T> {
    const { host, port } = connection.reached
    const node = `${host}:${port}/${this.#opener.database ?? ''}`
    const closings = this.#closings
    const line = (await this.#keptTo(node)) ?? (await this.#open(node, connection))
    try {
      return await run(args => inTime(line.send(args), this.#clock))
    } finally {
      this.#release(node, line, keep && closings === this.#closings)
    }
  }

  /** Ends all auxiliary connections. Those that are in use fail. */
  close(): void {
    this.#closings += 1
    for (const [node, line] of this.#lines) this.#end(node, line)
  }

  /** The connection that was kept, if it still works. From here on it is in use. */
  async #keptTo(node: string): Promise<Line | undefined> {
    const line = this.#lines.get(node)
    if (line === undefined) return undefined
    line.users += 1
    line.idle?.dispose()
    if (await this.#works(line)) return line
    this.#end(node, line)
    return undefined
  }

  #works(line: Line): Promise<boolean> {
    const works = line.send(['PING']).then(
      () => true,
      () => false,
    )
    return withDeadline(works, { clock: this.#clock, withinMs: WARM_WITHIN_MS, onLate: () => false })
  }

  async #open(node: string, connection: Connection): Promise<Line> {
    const opened = createDeferred<SendOne>()
    const ended = createDeferred<void>()
    this.#opener
      .withAuxiliary(connection, send => {
        opened.resolve(send)
        return ended.promise
      })
      .catch(opened.reject)
    try {
      const send = await inTime(opened.promise, this.#clock)
      const line: Line = { send, end: () => ended.resolve(), users: 1, idle: undefined }
      this.#lines.set(node, line)
      return line
    } catch (error) {
      ended.resolve()
      throw error
    }
  }

  #release(node: string, line: Line, keep: boolean): void {
    line.users -= 1
    if (line.users > 0) return
    // Another one took its place, or it was ended in between.
    if (!keep || this.#lines.get(node) !== line) return this.#end(node, line)
    line.idle = this.#clock.after(KEEP_MS, () => this.#end(node, line))
  }

  #end(node: string, line: Line): void {
    line.idle?.dispose()
    if (this.#lines.get(node) === line) this.#lines.delete(node)
    line.end()
  }
}

/**
 * Waits for an auxiliary connection, or for its answer.
 *
 * @throws HitlessError `CONNECTION_UNRESPONSIVE` when that takes too long.
 */
export function inTime<T>(promise: Promise<T>, clock: Clock): Promise<T> {
  const onLate = (): never => {
    const message = `A further connection to the node did not answer within ${ANSWER_WITHIN_MS} ms`
    throw new HitlessError('CONNECTION_UNRESPONSIVE', message, { facts: { unresponsiveForMs: ANSWER_WITHIN_MS } })
  }
  return withDeadline(promise, { clock, withinMs: ANSWER_WITHIN_MS, onLate })
}
