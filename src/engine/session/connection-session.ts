import { withDeadline } from '../../base/deadline.js'
import { HitlessError, isHitlessError } from '../../base/errors.js'
import { upper } from '../../core/commands/command-kind.js'
import type { Connection } from './connection.js'
import { Subscriptions, type SubscriptionsOwner } from './subscriptions.js'

/** Whose session it is. */
export type SessionOwner = SubscriptionsOwner

/** How long a connection that is otherwise ready waits for the answers that set it up, in milliseconds. */
const PREPARE_WITHIN_MS = 2_000

/** What the application set up on its connection: every further connection gets the same. */
export class Session {
  /** The database selected at run time, `undefined` while it is the configured one. */
  database: number | undefined
  /** The callback of MONITOR, while it is on. */
  monitor: ((reply: never) => unknown) | undefined
  /** Whether its sockets keep the process alive. */
  refed = true
  readonly subscriptions: Subscriptions
  /** Commands that set the connection up, by what they set; made with the first of them. */
  #settings: Map<string, readonly unknown[]> | undefined
  readonly #owner: SessionOwner

  constructor(owner: SessionOwner) {
    this.subscriptions = new Subscriptions(owner)
    this.#owner = owner
  }

  /** Remembers a command that set the connection up. It replaces an earlier one for the same setting. */
  noteSetting(args: readonly unknown[]): void {
    this.#settings ??= new Map()
    this.#settings.set(settingOf(args), args)
  }

  /**
   * Sets up a connection that has shaken hands. Never rejects: what is refused is told, and no command waits for it. Answers
   * that are late come before those of later commands all the same.
   */
  async prepare(connection: Connection): Promise<void> {
    if (this.#settings === undefined && !this.subscriptions.isActive) return this.subscriptions.prepare(connection)
    const settings = [...(this.#settings?.values() ?? [])].map(args =>
      connection.send(args).catch(error => this.#tellIncomplete(args, error, connection)),
    )
    const done = Promise.all([...settings, this.subscriptions.prepare(connection)])
    const { clock } = this.#owner.context
    await withDeadline<unknown>(done, { clock, withinMs: PREPARE_WITHIN_MS, onLate: () => {} })
  }

  /** Lets a prepared connection replace the one before. */
  takeOver(connection: Connection, previous: Connection | undefined): void {
    // Not earlier: after MONITOR a connection answers nothing else.
    if (this.monitor !== undefined) connection.physical.monitor(this.monitor).catch(() => {})
    this.subscriptions.takeOver(connection, previous)
    if (previous !== undefined) this.#reportTorn(previous)
    // The watch ended with the old connection, so the next EXEC must fail.
    if (previous?.isWatching === true) connection.physical.failNextExec('Client reconnected after WATCH')
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

  #tellIncomplete(args: readonly unknown[], error: unknown, connection: Connection): void {
    // Of one that broke nothing is told: the next one is set up as well.
    if (!connection.isReady && !isHitlessError(error)) return
    const payload = { command: args.map(String), error }
    this.#owner.context.tell({ name: 'session:incomplete', payload }, { connection })
  }

  /** Forgets everything, as RESET does. */
  reset(): void {
    this.database = undefined
    this.monitor = undefined
    this.#settings = undefined
    this.subscriptions.clear()
  }
}

/** `CLIENT SETINFO LIB-NAME x` sets one thing, `CLIENT NO-EVICT on` another, READONLY and READWRITE the same. */
function settingOf(args: readonly unknown[]): string {
  const [name, subject, detail] = args.map(upper)
  if (name !== 'CLIENT') return 'ACCESS'
  return subject === 'SETINFO' ? `${subject} ${detail}` : String(subject)
}
