import { textOf } from '../../program/error-text.js'
import type { HandoffFigures, Incidents } from '../player-messages.js'

/** Counts what happens to a client besides commands. */
export class IncidentLog {
  readonly handoffs: HandoffFigures[] = []
  readonly #note: (text: string) => void
  #handoffs = 0
  #reconnects = 0
  #errors = 0
  #unhandled = 0

  /** @param note - Is told each incident in words. */
  constructor(note: (text: string) => void) {
    this.#note = note
  }

  /** Tells something that is not counted. */
  note(text: string): void {
    this.#note(text)
  }

  /** The traffic moved to another connection. Figures only where the client gives them. */
  handedOff(figures?: HandoffFigures): void {
    this.#handoffs += 1
    if (figures !== undefined) this.handoffs.push(figures)
  }

  reconnecting(): void {
    this.#reconnects += 1
    this.#note('the client reconnects')
  }

  failed(error: unknown): void {
    this.#errors += 1
    this.#note(`error event: ${textOf(error)}`)
  }

  unhandled(error: unknown): void {
    this.#unhandled += 1
    this.#note(`unhandled rejection: ${textOf(error)}`)
  }

  /** The counts so far. */
  counts(): Incidents {
    return {
      handoffs: this.#handoffs,
      reconnects: this.#reconnects,
      errors: this.#errors,
      unhandled: this.#unhandled,
    }
  }
}
