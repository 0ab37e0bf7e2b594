import type { Clock } from '../../base/clock.js'
import { ExpiringMap } from '../../base/expiring-map.js'
import { upper } from '../../core/commands/command-kind.js'
import { type Send, UNBOUNDED } from '../ports.js'

/** What is known of one command. */
interface Fact {
  readonly blocks: boolean
  readonly expiresAt: number
}

/** A question that is on its way, and on which connection. */
interface Question {
  readonly send: Send
  readonly answer: Promise<boolean>
}

/** How many commands are remembered, and the longest name that is asked about. */
const MOST = { commands: 1_000, characters: 100 } as const

/** How long it is remembered that a server does not have a command, in milliseconds: a module may be loaded. */
const MISSING_FOR_MS = 60_000

/**
 * Which of the commands that no list of ours has may block, as the servers of one database say. Each is asked about once, by
 * `COMMAND INFO` in the same write as its first use.
 */
export class UnlistedCommands {
  readonly #clock: Clock
  readonly #facts = new ExpiringMap<string, Fact>(MOST.commands)
  readonly #questions = new Map<string, Question>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether a command may block; `undefined` where the server can be asked. */
  blocks(args: readonly unknown[]): boolean | undefined {
    const name = upper(args[0])
    const known = this.#facts.get(name, this.#clock.now())
    if (known !== undefined) return known.blocks
    return name.length > MOST.characters ? false : undefined
  }

  /**
   * Asks on a connection, before the command is sent there. Resolves with whether it may block; never rejects.
   *
   * @param onRefused - Is told why the server does not tell.
   */
  ask(args: readonly unknown[], send: Send, onRefused: (error: unknown) => void): Promise<boolean> {
    const name = upper(args[0])
    const asked = this.#questions.get(name)
    if (asked?.send === send) return asked.answer
    const answer = send(['COMMAND', 'INFO', name], UNBOUNDED).then(
      reply => this.#note(name, reply),
      error => {
        onRefused(error)
        return false
      },
    )
    const question: Question = { send, answer }
    this.#questions.set(name, question)
    void answer.then(() => {
      if (this.#questions.get(name) === question) this.#questions.delete(name)
    })
    return answer
  }

  #note(name: string, reply: unknown): boolean {
    const now = this.#clock.now()
    const info: unknown = Array.isArray(reply) ? reply[0] : undefined
    const isMissing = !Array.isArray(info)
    const blocks = !isMissing && hasFlag(info[2], 'blocking')
    this.#facts.set(name, { blocks, expiresAt: isMissing ? now + MISSING_FOR_MS : Number.POSITIVE_INFINITY }, now)
    return blocks
  }
}

/** Whether a list or set of flags has one. */
function hasFlag(flags: unknown, wanted: string): boolean {
  if (!Array.isArray(flags) && !(flags instanceof Set)) return false
  return [...flags].some(flag => String(flag).toLowerCase() === wanted)
}
