import type { Command } from './command.js'
import { ParkedCommands } from './parked-commands.js'
import { RequestSplitter } from './request-splitter.js'

/** Why a client's commands wait: its node is stopped, the client does not read, or the node lets commands wait. */
export type Hindrance = 'stopped' | 'behind' | 'paused'

/** Where a client's commands come from and go to. */
export interface IntakeParts {
  /** What the client writes to. */
  readonly source: { pause(): unknown; resume(): unknown }
  readonly take: (command: Command) => void
}

/** Cuts what a client sends into commands, and lets them wait while anything hinders. */
export class Intake {
  readonly #parts: IntakeParts
  readonly #splitter = new RequestSplitter()
  readonly #parked = new ParkedCommands()
  readonly #hindrances = new Set<Hindrance>()
  /** The command that waits for the end of a pause. What follows it is parked. */
  #held: Command | undefined
  #isOver = false

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  /** Whether it takes no further command, whatever happens. */
  get isOver(): boolean {
    return this.#isOver
  }

  /**
   * Takes the next bytes in.
   *
   * @throws HitlessError `WIRE_PROTOCOL` for bytes that are no request.
   */
  feed(chunk: Buffer): void {
    for (const command of this.#splitter.feed(chunk)) this.#offer(command)
  }

  /** Lets commands wait from now on. */
  hinder(why: Hindrance): void {
    this.#hindrances.add(why)
  }

  /** Ends a hindrance. What waited is taken, unless something else hinders, then or on the way. */
  free(why: Hindrance): void {
    if (!this.#hindrances.delete(why) || this.#hindrances.size > 0) return
    this.#parts.source.resume()
    for (const command of this.#parked.take()) this.#offer(command)
  }

  /** Lets a command wait that was taken already, and what follows it. */
  hold(command: Command): void {
    this.#held = command
    this.hinder('paused')
  }

  /** Gives the command back that is held, and then what follows, unless that command is held again. */
  goOn(pass: (held: Command) => void): void {
    const held = this.#held
    if (held === undefined || this.#isOver || this.#hindrances.has('stopped')) return
    this.#held = undefined
    pass(held)
    if (this.#held === undefined) this.free('paused')
  }

  /** Whether it is hindered so. */
  isHindered(why: Hindrance): boolean {
    return this.#hindrances.has(why)
  }

  /** Takes no further command. */
  end(): void {
    this.#isOver = true
  }

  #offer(command: Command): void {
    if (this.#isOver) return
    if (this.#hindrances.size === 0) this.#parts.take(command)
    else if (!this.#parked.add(command)) this.#parts.source.pause()
  }
}
