import type { Clock, Timer } from '../../../base/clock.js'
import { type Gate, type OnEnd, run } from './gate.js'

/** A connection, as far as one waits for its answers. */
interface Answering {
  /** Commands that the server may hold back. */
  readonly blocked: number
  /** Resolves with whether everything sent before was answered in time; never rejects. */
  fence(withinMs: number): Promise<boolean>
}

/** What those who go ahead need. */
export interface ForerunnersParts<C> {
  readonly clock: Clock
  readonly gate: Gate<C>
  /** The first one was served: nothing is refused any more. */
  readonly onServed: (connection: C) => void
  /** Lets all others through. */
  readonly onClear: (connection: C) => void
}

/** How long the others wait for the answers to those that go ahead, in milliseconds: a slow one is not to hold them up. */
const LONGEST_MS = 500

/**
 * Lets some of what waits at a gate go ahead, while the others wait for what becomes of it: what was refused for a reason that
 * passes, so that nothing overtakes it, and what was in flight when a connection broke, as it may be what breaks them. Of these
 * the first goes alone: a server answers in order, so it is the one that had no answer when the connection broke.
 */
export class Forerunners<C extends Answering> {
  /** The connection on which they go; what is sent meanwhile has to wait. */
  connection: C | undefined
  readonly #parts: ForerunnersParts<C>
  #timer: Timer | undefined
  #isResting = false
  /** Tells what becomes of those that went from what became of earlier ones. */
  #round = 0

  constructor(parts: ForerunnersParts<C>) {
    this.#parts = parts
  }

  /** Whether the first one is about to go. */
  get isResting(): boolean {
    return this.#isResting
  }

  /** The first one goes after a while. */
  goIn(connection: C, afterMs: number): void {
    this.#begin(connection, afterMs, () => this.#go(connection, { orFirst: true }))
    this.#isResting = true
  }

  /** Those that must go apart go as soon as nothing else is in flight. */
  goApart(connection: C): void {
    const round = this.#begin(connection, LONGEST_MS, () => this.#go(connection))
    // Behind a command that blocks no answer would come.
    if (connection.blocked > 0) return
    void connection.fence(LONGEST_MS).then(() => {
      if (round === this.#round) this.#go(connection)
    })
  }

  /** A connection may take everything; those that must go apart go first. */
  clear(connection: C): void {
    this.#go(connection)
  }

  /** Nobody goes ahead any more. */
  stop(): void {
    this.#round += 1
    this.#timer?.dispose()
    this.#timer = undefined
    this.#isResting = false
    this.connection = undefined
  }

  #begin(connection: C, withinMs: number, then: () => void): number {
    this.stop()
    this.connection = connection
    this.#timer = this.#parts.clock.after(withinMs, then)
    return this.#round
  }

  #go(connection: C, { orFirst = false, mostApart = 1 }: { orFirst?: boolean; mostApart?: number } = {}): void {
    this.stop()
    const ahead = this.#parts.gate.takeAhead(orFirst, mostApart)
    if (ahead.length === 0) return this.#parts.onClear(connection)
    const goOn = (): void => this.#go(connection, { mostApart: Number.POSITIVE_INFINITY })
    const round = this.#begin(connection, LONGEST_MS, goOn)
    let [left, isServed] = [ahead.length, false]
    const onEnd: OnEnd = served => {
      left -= 1
      isServed ||= served
      if (left > 0 || round !== this.#round) return
      if (orFirst && isServed) this.#parts.onServed(connection)
      goOn()
    }
    for (const waiting of ahead) run(waiting, connection, onEnd)
    if (round === this.#round && ahead.some(({ blocks }) => blocks === true)) goOn()
  }
}
