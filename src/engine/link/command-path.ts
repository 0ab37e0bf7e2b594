import type { CommandKind } from '../../core/commands/command-kind.js'
import { classifyReply } from '../../core/replies/reply-kind.js'
import { ApplicationSubscriptions } from '../commands/application-subscriptions.js'
import { BlockingCommands, type BlockingOwner } from '../commands/blocking/blocking-commands.js'
import { Dispatcher } from '../commands/dispatcher.js'
import type { DispatcherOwner } from '../commands/dispatcher-owner.js'
import { Recovery, type RecoveryOwner } from '../commands/recovery/recovery.js'
import { type CommandToSend, type SpecialCommandsOwner, sendSpecial } from '../commands/stateful-commands.js'
import type { Run } from '../commands/waiting/waiting-line.js'
import type { AuxiliaryOpener, SendOne } from '../connect/auxiliary-connections.js'
import type { Connections } from '../connect/connections.js'
import { noteRefusal } from '../connect/refusal.js'
import type { Context } from '../database/context.js'
import type { Host, Monitoring, SendOptions, Words } from '../ports.js'
import type { Connection } from '../session/connection.js'
import { Session, type SessionOwner } from '../session/connection-session.js'
import { tellWait, type WaitingLink } from './command-waits.js'
import type { OpenWindow } from './open-window.js'

/** The link whose commands they are. */
export interface CommandingLink extends WaitingLink {
  readonly context: Context
  readonly connections: AuxiliaryOpener & Pick<Connections, 'askAgain'>
  readonly member: {
    /** A command found out that a server takes no writes. */
    foundReplica(connection: Connection): void
    /** Why commands fail instead of waiting; `undefined` while they wait. */
    unavailable(): Error | undefined
  }
  readonly window: Pick<OpenWindow, 'note'>
  announceError(error: unknown): void
}

/** What the commands of one client go through on their way to a connection. */
export class CommandPath implements SessionOwner, BlockingOwner, DispatcherOwner, RecoveryOwner, SpecialCommandsOwner {
  readonly session: Session
  readonly blocking: BlockingCommands
  readonly recovery: Recovery
  readonly dispatcher: Dispatcher
  readonly pubSub: ApplicationSubscriptions
  readonly #link: CommandingLink

  constructor(link: CommandingLink) {
    const { context } = link
    this.#link = link
    this.session = new Session(this)
    this.recovery = new Recovery(this)
    this.blocking = new BlockingCommands(context, this)
    this.dispatcher = new Dispatcher(context, this)
    this.pubSub = new ApplicationSubscriptions(this.session.subscriptions, this.dispatcher)
  }

  onListenerError(error: unknown): void {
    this.#link.announceError(error)
  }

  get context(): Context {
    return this.#link.context
  }

  run(ask: Run<unknown>, options: SendOptions | undefined): Promise<unknown> {
    return this.dispatcher.admit(ask, options)
  }

  get database(): number | undefined {
    return this.session.database
  }

  withAuxiliary<T>(connection: Connection, run: (send: SendOne) => Promise<T>): Promise<T> {
    return this.#link.connections.withAuxiliary(connection, run)
  }

  get isClosed(): boolean {
    return this.dispatcher.mode === 'closed'
  }

  onUnblocked(connection: Connection, error: unknown): boolean {
    const { mayLeave } = this.recovery
    if (mayLeave) this.leave({ connection, error })
    return mayLeave
  }

  note<E>(error: E): E {
    return this.#link.window.note(error)
  }

  tellWait(): ((error?: unknown) => void) | undefined {
    return tellWait(this.#link, this.dispatcher.mode)
  }

  unavailable(): Error | undefined {
    return this.#link.member.unavailable()
  }

  sendSpecial(kind: CommandKind, command: CommandToSend): Promise<unknown> {
    return sendSpecial(kind, command, this)
  }

  sendUnlisted({ connection, args, options }: CommandToSend): Promise<unknown> {
    const { context } = this
    const { unlisted } = context.database
    // Within a MULTI of the application the question would become part of the MULTI; and nothing blocks there.
    const known = connection.isTied ? false : unlisted.blocks(args)
    const blocks = known ?? (this.#mayAskAbout ? undefined : false)
    if (blocks === false) return connection.send(args, options)
    if (blocks === true) return this.blocking.send(connection, args, options)
    const learned = unlisted.ask(args, connection.send, error => {
      noteRefusal('COMMAND INFO', { error, connection, context })
    })
    return this.blocking.sendUnlisted(connection, args, { options, learned })
  }

  get #mayAskAbout(): boolean {
    const { database, hooks, clock } = this.context
    return !database.rightsOf(hooks).isRefused('COMMAND INFO', clock.now())
  }

  canLoadFor(args: readonly unknown[]): boolean {
    return this.context.database.scripts?.canLoadFor(args) === true
  }

  leave({ connection, error }: { readonly connection: Connection; readonly error: unknown }): void {
    connection.namedPrimary = classifyReply(error)?.primary ?? connection.namedPrimary
    this.#link.member.foundReplica(connection)
  }

  holdUp(connection: Connection, pauseMs: () => number): void {
    this.dispatcher.holdUp(connection, pauseMs)
  }

  reload(connection: Connection): void {
    this.session.reloadScripts(connection)
  }

  get host(): Host {
    return this.context.host
  }

  async reset(connection: Connection, send: () => Promise<unknown>): Promise<unknown> {
    const sent = send()
    // What is sent behind it may set things up again already.
    this.session.reset()
    connection.physical.forgetSubscriptions()
    const reply = await sent
    connection.forgetWatch()
    connection.unpin()
    await this.#link.connections.askAgain(connection)
    return reply
  }

  /** Has the connection that serves tell all that its server does, and each one that follows it. */
  async monitor(monitor: Monitoring): Promise<void> {
    await this.dispatcher.run(async ({ physical }) => physical.monitor?.(monitor))
    this.session.monitor = monitor
  }

  /** Looks through a MULTI block that was executed. */
  noteBlock(connection: Connection, commands: readonly { readonly args: Words }[], replies: unknown[]): void {
    this.recovery.notice(connection, commands, replies)
    this.session.noteBlock(commands, replies)
  }
}
