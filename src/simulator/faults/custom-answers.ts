import { type Command, toText } from '../sessions/command.js'
import type { Interceptor, Session } from '../sessions/session.js'
import type { SimConnection } from '../sessions/sim-connection.js'
import { NO_REPLY } from './replies.js'

/** Answers a command instead of the data set with the bytes returned; `undefined` leaves it to the next. */
export type CustomAnswer = (words: readonly string[], connection: SimConnection) => string | Buffer | undefined

/** Picks a command by its words. */
export type CommandFilter = (words: readonly string[]) => boolean

/** What a test has set up for single commands; what came last is asked first. */
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

  /** Has one command executed whose reply nobody gets. Resolves with its connection once it is being closed. */
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
 * When the place behind the command's reply is reached, it has been executed, and its reply is still kept back. Not a
 * reset, which could take earlier replies with it; what the client sent behind it is not executed.
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

/** Replies to what came before still go out; inside `MULTI`, which a reply of ours would spoil, they do not. */
function withholdFromHere(session: Session): void {
  if (session.state.transaction !== undefined) session.withhold()
  else {
    session.answer(() => {
      session.withhold()
      return NO_REPLY
    })
  }
}
