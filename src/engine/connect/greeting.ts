import { backoffMs, jitteredMs } from '../../base/backoff.js'
import type { Timer } from '../../base/clock.js'
import { isHitlessError } from '../../base/errors.js'
import type { Capability } from '../../core/events/maint-events.js'
import type { Context } from '../database/context.js'
import { OWN_REQUESTS } from '../database/rights.js'
import type { FailureKind } from '../ports.js'
import type { Connection } from '../session/connection.js'
import { type AuxiliaryOpener, inTime } from './auxiliary-connections.js'
import { askServerFacts } from './named-primary.js'
import { askInHandshake, type OptIn } from './notification-opt-in.js'
import { noteRefusal } from './refusal.js'

/** The link whose connections are greeted. */
interface GreetedLink {
  readonly context: Context
  onCapability(capability: Capability, connection: Connection): void
}

/** Who makes them. */
interface Greeted extends Pick<AuxiliaryOpener, 'withAuxiliary'> {
  /** Asks a connection that is ready what it was not asked in its handshake. */
  askAgain(connection: Connection): Promise<void>
}

/** After so many greetings in a row without an answer also servers that have answered them are tried without one. */
const MOST_BROKEN = 20

/** The same after so many connections in a row that were ready, and broke when they owed the answer to a question. */
const MOST_CUT_OFF = 3

/** How long servers that do not bear to be asked are not asked, in milliseconds; connections that are left wait up to twice as long. */
const LEFT_OUT_FOR_MS = 600_000

/** How often a server that has said nothing is tried again, and the pauses before that, in milliseconds. */
const MOST_TRIES = 5
const PAUSES = { firstMs: 1_000 } as const

/** What else it is asked, by which it may turn out what it does not bear. */
const QUESTIONS = [['HELLO'], ['PING'], ['CLIENT', 'INFO']] as const
const OPT_OUT = ['CLIENT', 'MAINT_NOTIFICATIONS', 'OFF'] as const

/** Failures that say more than that a server did not answer. */
const ANSWERS: ReadonlySet<FailureKind> = new Set(['reply', 'credentials', 'aborted'])

const HUNG_UP = 'The server hangs up on questions that it does not know'

/**
 * What new connections are asked beside the host's own handshake. Some proxies hang up on what they do not know, or say
 * nothing for ever: where the plain client would connect, connections are made without it.
 */
export class Greeter {
  readonly #link: GreetedLink
  readonly #connections: Greeted
  readonly #optIn: OptIn | undefined
  /** The connection that was asked nothing and is greeted late. */
  #unasked: Connection | undefined
  /** Until a server that said nothing is tried again. */
  #pause: Timer | undefined

  constructor(link: GreetedLink, connections: Greeted, optIn: OptIn | undefined) {
    this.#link = link
    this.#connections = connections
    this.#optIn = optIn
  }

  /** Whether a new connection is asked nothing. */
  get leavesOut(): boolean {
    return this.mayLeaveOut && (this.#isLeftOut || this.#link.context.database.greetings.isNextLeftOut)
  }

  /** Whether the servers are known not to bear it. */
  get #isLeftOut(): boolean {
    const { clock, database } = this.#link.context
    return clock.now() < database.greetings.leftOutUntil
  }

  /** Whether a server that does not answer is worth a connection without questions. */
  get mayLeaveOut(): boolean {
    const { broken, cutOff } = this.#link.context.database.greetings
    return (broken >= MOST_BROKEN || cutOff >= MOST_CUT_OFF) && this.#optIn?.mode !== 'enabled'
  }

  /**
   * The socket of a connection is there: what is asked now travels in the same write as the handshake.
   *
   * @param isFirst - Whether none serves while it is made.
   */
  greet(connection: Connection, isFirst: boolean): void {
    if (connection.greeting === 'left-out') return
    connection.greeting = 'sent'
    const { context } = this.#link
    askServerFacts(connection, context)
    if (this.#optIn !== undefined) connection.capability = askInHandshake(connection, this.#optIn)
    const ping = isFirst ? askWhetherServing(connection) : undefined
    const identity = askIdentity(connection, context)?.then(isAnswered => this.#noteLast(connection, isAnswered))
    const last = identity ?? ping
    if (this.mayLeaveOut)
      connection.lastAnswer = last?.then(() => {
        connection.lastAnswer = 'came'
      })
  }

  /** Whether what a connection was asked may be why it breaks: it answered the host. */
  isDoubted({ greeting }: Connection): boolean {
    return greeting === 'owed' && this.mayLeaveOut
  }

  /**
   * A connection could not be made. Returns whether another one is to be made at once, which is asked nothing. Where the host was not
   * answered either, that has the time until the next attempt.
   */
  failed(connection: Connection, error: unknown): boolean {
    const { host, database } = this.#link.context
    const { greetings } = database
    const { greeting } = connection
    greetings.isNextLeftOut = false
    const isAsked = greeting === 'sent' || greeting === 'owed'
    if (!isAsked || isHitlessError(error) || ANSWERS.has(host.classify(error))) return false
    greetings.broken += 1
    greetings.isNextLeftOut = greeting === 'sent'
    return this.isDoubted(connection)
  }

  /** The last question was answered, or the connection broke before. */
  #noteLast({ greeting }: Connection, isAnswered: boolean): void {
    const { greetings } = this.#link.context.database
    if (isAnswered) greetings.cutOff = 0
    else if (greeting === 'owed') greetings.cutOff += 1
  }

  /** A connection is ready. */
  succeeded(connection: Connection): void {
    const { greetings } = this.#link.context.database
    greetings.isNextLeftOut = false
    if (connection.greeting !== 'left-out') greetings.broken = 0
    else void this.#greetLate(connection)
  }

  /**
   * It may have been an outage that had just ended, or a busy server: it is asked once more, and from time to time as long as this
   * connection serves, which would hear of no maintenance.
   */
  async #greetLate(connection: Connection): Promise<void> {
    const { random } = this.#link.context
    this.stop()
    this.#unasked = connection
    while (this.#isUnasked(connection)) {
      if (await this.#bearsQuestions(connection)) return this.#greetNow(connection)
      if (!this.#isUnasked(connection)) return
      this.#tellLeftOut(connection)
      await this.#rest(jitteredMs(LEFT_OUT_FOR_MS, { jitterMs: LEFT_OUT_FOR_MS, random }))
    }
  }

  /** Whether it still serves. After each wait it may have been closed, or another one may be greeted in its place. */
  #isUnasked(connection: Connection): boolean {
    return this.#unasked === connection && connection.isReady
  }

  /** Whether the server answers questions, as is found out on a connection that nobody needs. */
  async #bearsQuestions(connection: Connection): Promise<boolean> {
    const { clock, database } = this.#link.context
    for (let tries = 0; tries < MOST_TRIES && this.#isUnasked(connection); tries += 1) {
      if (tries > 0) await this.#rest(backoffMs(PAUSES, tries - 1))
      if (this.#isLeftOut) return false
      const answer = await this.#tryOut(connection)
      if (answer === 'answered') return true
      if (answer === 'hung-up') break
    }
    if (this.#isUnasked(connection)) database.greetings.leftOutUntil = clock.now() + LEFT_OUT_FOR_MS
    return false
  }

  async #greetNow(connection: Connection): Promise<void> {
    this.#link.context.database.greetings.broken = 0
    connection.greeting = 'sent'
    if (connection.isReady) await this.#connections.askAgain(connection)
  }

  /** Nothing is tried any more: the client is closed, or another connection serves. */
  stop(): void {
    this.#unasked = undefined
    this.#pause?.dispose()
  }

  #rest(forMs: number): Promise<void> {
    return new Promise(resolve => {
      this.#pause = this.#link.context.clock.after(forMs, resolve)
    })
  }

  #tryOut(connection: Connection): Promise<'answered' | 'hung-up' | 'unknown'> {
    const { clock, host } = this.#link.context
    const questions = this.#optIn === undefined ? QUESTIONS : [...QUESTIONS, OPT_OUT]
    let isAsked = false
    const answered = this.#connections.withAuxiliary(connection, send => {
      isAsked = true
      const answers = questions.map(each => send(each).catch(error => unlessAnswer(error, host)))
      return inTime(Promise.all(answers), clock)
    })
    return answered.then(
      () => 'answered',
      error => (isAsked && !isHitlessError(error, 'CONNECTION_UNRESPONSIVE') ? 'hung-up' : 'unknown'),
    )
  }

  /** Nothing at all is asked then. */
  #tellLeftOut(connection: Connection): void {
    const { clock, database, hooks, tell } = this.#link.context
    const rights = database.rightsOf(hooks)
    const facts = { error: new Error(HUNG_UP), now: clock.now(), tell, connection }
    for (const request of OWN_REQUESTS) rights.refuse(request, facts)
    if (this.#optIn !== undefined) this.#link.onCapability({ state: 'unsupported', reason: HUNG_UP }, connection)
  }
}

function unlessAnswer(error: unknown, host: Pick<Context['host'], 'classify'>): void {
  if (host.classify(error) !== 'reply') throw error
}

/** Settles with the answer; never rejects. Nobody asks for it where the handshake fails. */
function askWhetherServing(connection: Connection): Promise<void> {
  const answer = connection.physical.sendInHandshake(['PING'])
  connection.firstAnswer = answer
  return answer.then(
    () => {
      connection.firstAnswer = 'came'
    },
    () => {},
  )
}

/** Resolves with whether it was answered. Once the connection is in doubt it is too late to ask. */
function askIdentity(connection: Connection, context: Context): Promise<boolean> | undefined {
  const { maint, database, hooks, clock, host } = context
  const rights = database.rightsOf(hooks)
  if (maint.unresponsiveTimeoutMs === false || rights.isRefused('CLIENT INFO', clock.now())) return undefined
  return connection.physical.sendInHandshake(['CLIENT', 'INFO']).then(
    line => {
      connection.noteIdentity(line)
      rights.grant('CLIENT INFO')
      return true
    },
    error => {
      noteRefusal('CLIENT INFO', { error, connection, context })
      return host.classify(error) === 'reply'
    },
  )
}
