import type { OwnRequest } from '../../../core/events/refusal-events.js'
import { noteRefusal, type RefusalContext } from '../../connect/refusal.js'
import { UNBOUNDED } from '../../ports.js'
import type { Connection } from '../../session/connection.js'

/** No server has a connection of this number. */
const NOBODY = String(Number.MAX_SAFE_INTEGER)

/** Requests that do nothing where they are granted. */
const TRIALS: readonly (readonly [OwnRequest, readonly string[]])[] = [
  ['CLIENT INFO', ['CLIENT', 'INFO']],
  ['CLIENT LIST', ['CLIENT', 'LIST', 'ID', NOBODY]],
  ['CLIENT UNBLOCK', ['CLIENT', 'UNBLOCK', NOBODY]],
]

/** Finds out whether servers let blocking commands be released, in the write of the first one. */
export class ReleaseTrial {
  readonly #context: RefusalContext
  /** The connection on which the answers are awaited. */
  #askedOn: Connection | undefined

  constructor(context: RefusalContext) {
    this.#context = context
  }

  /** Asks for what no server has granted, or refused lately. */
  ask(connection: Connection): void {
    const { database, hooks, clock } = this.#context
    const rights = database.rightsOf(hooks)
    const open = TRIALS.filter(([request]) => rights.isOpen(request, clock.now()))
    if (open.length === 0 || this.#askedOn === connection) return
    this.#askedOn = connection
    const asked = open.map(([request, words]) => this.#askFor(request, words, connection))
    void Promise.all(asked).then(() => {
      if (this.#askedOn === connection) this.#askedOn = undefined
    })
  }

  /** Never rejects. */
  async #askFor(request: OwnRequest, words: readonly string[], connection: Connection): Promise<void> {
    const { database, hooks } = this.#context
    try {
      const answer = await connection.send(words, UNBOUNDED)
      if (request === 'CLIENT INFO') connection.noteIdentity(answer)
      database.rightsOf(hooks).grant(request)
    } catch (error) {
      noteRefusal(request, { error, connection, context: this.#context })
    }
  }
}
