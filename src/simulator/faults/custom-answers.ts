import { type Command, toText } from '../sessions/command.js'
import type { Interceptor, Session } from '../sessions/session.js'
import type { SimConnection } from '../sessions/sim-connection.js'
import { NO_REPLY } from './replies.js'

/** Answers a command in place of the data set, with the bytes returned. `undefined` passes it on to the next. */
export type CustomAnswer = (words: readonly string[], connection: SimConnection) => string | Buffer | undefined

/** Picks a command by its words. */
export type CommandFilter = (words: readonly string[]) => boolean

/** The answers that a test has set up for single commands. The latest is asked first. */
export class CustomAnswers {
  #interceptors: readonly Interceptor[] = []

  /** Asks each in turn. */
  readonly intercept: Interceptor = (session, command) =>
    this.#interceptors.some(interceptor => interceptor(session, command))

  /** Adds an answer. Returns what takes it away. */
  add(answer: CustomAnswer): () => void {
    return this.#add((session, command) => {
      const reply = answer(toText(command), session)
      if (reply === undefined) return false
      session.answer(() => Buffer.from(reply))
      return true
    })
  }

  /** Lets one command be executed without a reply. Resolves with its connection once that is being closed. */
  loseReply(matches: CommandFilter): Promise<SimConnection> {
    return new Promise(resolve => {
      const remove = this.#add((session, command) => {
        if (!matches(toText(command))) return false
        remove()
        executeAndClose(session, command, () => resolve(session))
        return true
      })
    })
  }

  #add(interceptor: Interceptor): () => void {
    this.#interceptors = [interceptor, ...this.#interceptors]
    return () => {
      this.#interceptors = this.#interceptors.filter(other => other !== interceptor)
    }
  }
}

/**
 * When the place behind the command's reply is reached, the command has been executed, and its reply is still held. The
 * connection is not reset, since that could destroy earlier replies. What the client sent after the command is not
 * executed.
 */
function executeAndClose(session: Session, command: Command, done: () => void): void {
  withholdFromHere(session)
  session.forward(command)
  session.answer(() => {
    session.close()
    done()
    return NO_REPLY
  })
  session.fallSilent()
}

/**
 * Replies to earlier commands still go out. Inside `MULTI` they do not, since a reply of ours would make the
 * transaction fail.
 */
function withholdFromHere(session: Session): void {
  if (session.state.transaction !== undefined) session.withhold()
  else {
    session.answer(() => {
      session.withhold()
      return NO_REPLY
    })
  }
}
