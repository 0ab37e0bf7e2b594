import { withDeadline } from '../../base/deadline.js'
import { HitlessError, isHitlessError } from '../../base/errors.js'
import { kindOf } from '../../core/commands/command-kind.js'
import { AUTHENTICATION, settingsOf, withoutSecrets } from '../../core/commands/session-settings.js'
import type { Database } from '../database/database.js'
import type { Host, Monitoring } from '../ports.js'
import type { Connection } from './connection.js'
import { Subscriptions, type SubscriptionsOwner } from './subscriptions/subscriptions.js'

/** Whose session it is. */
export interface SessionOwner extends SubscriptionsOwner {
  readonly context: SubscriptionsOwner['context'] & {
    readonly host: Pick<Host, 'subscribersOnlyListen'>
    readonly database: Pick<Database, 'scripts' | 'noteScript'>
  }
}

/** Why the next EXEC fails on a connection that replaced one on which keys were watched. */
export const WATCH_LEFT = 'Client reconnected after WATCH'

/** How long a connection that is otherwise ready waits for the answers that set it up, in milliseconds. */
const PREPARE_WITHIN_MS = 2_000

/** What the application set up on its connection: every further connection gets the same. */
export class Session {
  /** The database selected at run time, `undefined` while it is the configured one. */
  database: number | undefined
  /** What MONITOR was asked with, while it is on. */
  monitor: Monitoring | undefined
  /** How often it was reset: what a command sets that was sent before is cleared by then. */
  resets = 0
  /** Whether its sockets keep the process alive. */
  refed = true
  readonly subscriptions: Subscriptions
  /** Commands that set the connection up, by what they set; made with the first of them. */
  #settings: Map<string, readonly unknown[]> | undefined
  /** What a MULTI that the application has begun by hand sets when it is executed. */
  #queued: (readonly unknown[])[] | undefined
  /** The connection whose server is being given all scripts. */
  #reloading: Connection | undefined
  readonly #owner: SessionOwner

  constructor(owner: SessionOwner) {
    this.subscriptions = new Subscriptions(owner)
    this.#owner = owner
  }

  /** Remembers what a command that was executed has set up. It replaces what set the same before. */
  note(args: readonly unknown[]): void {
    const kind = kindOf(args)
    if (kind === 'database') this.database = Number(args[1])
    if (kind === 'script') this.#owner.context.database.noteScript(args)
    if (kind !== 'setting') return
    for (const { subject, words } of settingsOf(args)) {
      this.#settings ??= new Map()
      this.#settings.set(subject, words)
    }
  }

  /** Looks through a block that was executed. Returns its replies. */
  noteBlock<T>(commands: readonly { readonly args: readonly unknown[] }[], replies: T[]): T[] {
    for (const [at, { args }] of commands.entries()) if (!(replies[at] instanceof Error)) this.note(args)
    return replies
  }

  /** Remembers a command that the server has queued in a MULTI, until that is executed. */
  queue(args: readonly unknown[]): void {
    this.#queued ??= []
    this.#queued.push(args)
  }

  /** The MULTI has ended. */
  endQueue(isExecuted: boolean): void {
    if (isExecuted) for (const args of this.#queued ?? []) this.note(args)
    this.#queued = undefined
  }

  /**
   * Sets up a connection that has shaken hands. Never rejects: what is refused is told, and no command waits for it. Answers
   * that are late come before those of later commands all the same.
   */
  async prepare(connection: Connection): Promise<void> {
    const { clock, database } = this.#owner.context
    if (this.#settings === undefined && database.scripts === undefined && !this.subscriptions.isActive)
      return this.subscriptions.prepare(connection)
    const settings = this.#inOrder().map(args =>
      connection.send(args).catch(error => this.#tellIncomplete(args, error, connection)),
    )
    const done = Promise.all([...settings, this.loadScripts(connection), this.subscriptions.prepare(connection)])
    await withDeadline<unknown>(done, { clock, withinMs: PREPARE_WITHIN_MS, onLate: () => {} })
  }

  /** Loads the scripts that a server does not have. Of those that it refuses only the first is told. */
  async loadScripts(connection: Connection): Promise<void> {
    const { host, database } = this.#owner.context
    const { scripts } = database
    // A connection that monitors, or that has a MULTI of the application open, is not asked anything.
    if (scripts === undefined || !connection.isReady || connection.isReserved || this.monitor !== undefined) return
    // One that only listens runs no script, and its host would take the answer for a message.
    if (host.subscribersOnlyListen === true && this.subscriptions.isActive) return
    const [refused] = await scripts.loadOn(connection.send)
    if (refused !== undefined) this.#tellIncomplete(['SCRIPT', 'LOAD', refused.digest], refused.error, connection)
  }

  /**
   * Loads all scripts before this returns, so that they come before what is sent behind. While that is not answered, another call
   * does nothing: what fails until then was sent before.
   */
  reloadScripts(connection: Connection): void {
    const { scripts } = this.#owner.context.database
    if (scripts === undefined || connection.isReserved || this.#reloading === connection) return
    this.#reloading = connection
    void scripts.loadAllOn(connection.send).then(() => {
      if (this.#reloading === connection) this.#reloading = undefined
    })
  }

  /** Lets a prepared connection replace the one before. */
  takeOver(connection: Connection, previous: Connection | undefined): void {
    // Not earlier: after MONITOR a connection answers nothing else.
    if (this.monitor !== undefined) connection.physical.monitor?.(this.monitor).catch(() => {})
    this.subscriptions.takeOver(connection, previous)
    if (previous !== undefined) this.#reportTorn(previous)
    // The watch ended with the old connection.
    if (previous?.isWatching === true) connection.failsNextExec = true
  }

  /** Reports what the application had begun on a connection and cannot end on the next one. */
  #reportTorn(connection: Connection): void {
    for (const pin of connection.pins) {
      if (pin === 'WATCH') continue
      const message = `${pin} was left behind with its connection`
      const error = new HitlessError('SESSION_TORN', message, { facts: { command: pin } })
      this.#tellIncomplete(pin.split(' '), error, connection)
    }
  }

  #inOrder(): readonly (readonly unknown[])[] {
    const settings = [...(this.#settings ?? [])]
    const first = settings.filter(([subject]) => subject === AUTHENTICATION)
    return [...first, ...settings.filter(([subject]) => subject !== AUTHENTICATION)].map(([, words]) => words)
  }

  #tellIncomplete(args: readonly unknown[], error: unknown, connection: Connection): void {
    // Of one that broke nothing is told: the next one is set up as well.
    if (!connection.isReady && !isHitlessError(error)) return
    const payload = { command: withoutSecrets(args), error }
    this.#owner.context.tell({ name: 'session:incomplete', payload }, { connection })
  }

  /** Forgets everything, as RESET does. */
  reset(): void {
    this.database = undefined
    this.monitor = undefined
    this.#settings = undefined
    this.#queued = undefined
    this.resets += 1
    this.subscriptions.clear()
  }
}
