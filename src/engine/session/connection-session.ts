import { HitlessError } from '../../base/errors.js'
import { upper } from '../../core/commands/command-kind.js'
import type { Connection } from './connection.js'
import { type SubscriberTrouble, Subscriptions } from './subscriptions.js'

/** What is told of problems with a session. */
export interface SessionTrouble extends SubscriberTrouble {
  /** A server refused what another one had accepted. */
  onRefused(args: readonly unknown[], error: unknown, connection: Connection): void
}

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
  readonly #trouble: SessionTrouble

  constructor(trouble: SessionTrouble) {
    this.subscriptions = new Subscriptions(trouble)
    this.#trouble = trouble
  }

  /** Remembers a command that set the connection up. It replaces an earlier one for the same setting. */
  noteSetting(args: readonly unknown[]): void {
    this.#settings ??= new Map()
    this.#settings.set(settingOf(args), args)
  }

  /** Sets up a connection that has shaken hands. */
  async prepare(connection: Connection, serving: Connection | undefined): Promise<void> {
    const refused = (args: readonly unknown[]) => (error: unknown) => this.#trouble.onRefused(args, error, connection)
    const settings = [...(this.#settings?.values() ?? [])]
    await Promise.all(settings.map(args => connection.send(args).catch(refused(args))))
    await this.subscriptions.prepare(connection, serving)
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
      this.#trouble.onRefused(pin.split(' '), error, connection)
    }
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
