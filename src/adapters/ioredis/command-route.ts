import { isOrdinary } from '../../core/commands/command-kind.js'
import { CommandBlocks } from '../../engine/commands/command-blocks.js'
import { asSent, countSelfSent, type SelfSent } from '../../engine/commands/self-sent.js'
import type { Link } from '../../engine/link/link.js'
import type { Connection } from '../../engine/session/connection.js'
import { type AttemptMaker, type CarriedOptions, wordsOf } from './carried-command.js'
import { connectionClosed, IoredisConnection } from './ioredis-connection.js'
import type { HostCommand, HostRedis, PipelineStream } from './ioredis-module.js'
import { TransactionCollector } from './transaction-collector.js'

/** What the commands of one client go through. */
export interface RouteParts {
  readonly client: HostRedis
  readonly link: Link
  readonly attempts: AttemptMaker
  /** Commands, by name, that are not simply sent. */
  readonly own: ReadonlyMap<string, (command: HostCommand) => void>
}

const CARRIED = Symbol('hitless')

/** A command of the application that was sent itself, and what it did with its answer before. */
interface Carried extends SelfSent {
  readonly route: CommandRoute
  readonly resolve: HostCommand['resolve']
  readonly reject: HostCommand['reject']
}

interface CarriedCommand extends HostCommand {
  [CARRIED]: Carried
}

/** Leads the application's commands to the connection that serves, and to the next one where they are not served there. */
export class CommandRoute {
  readonly #parts: RouteParts
  readonly #transactions: TransactionCollector

  constructor(parts: RouteParts) {
    const { link, attempts, client } = parts
    this.#parts = parts
    const blocks = new CommandBlocks(link.path)
    this.#transactions = new TransactionCollector({
      client,
      link,
      blocks,
      attempts,
      sendAlone: command => this.#sendLong(command),
    })
  }

  /**
   * Sends a command. Nearly all need nothing but that: these are written themselves, and the host gives them their answer.
   *
   * @returns What the host returns.
   */
  send(command: HostCommand, stream: PipelineStream | undefined): unknown {
    if (isPlain(command.name) && !this.#transactions.isOpen) {
      const { link, client } = this.#parts
      const { current } = link.dispatcher
      if (current !== undefined && typeof client.options.commandTimeout !== 'number')
        return this.#sendItself(command, current)
    }
    const inPipeline = stream?.isPipeline === true
    if (inPipeline && this.#transactions.take(command)) return command.promise
    const own = this.#parts.own.get(command.name.toLowerCase())
    if (own === undefined) this.#sendLong(command)
    else own(command)
    return command.promise
  }

  /** An answer that came before that of an earlier command which is sent again. */
  acceptLate(command: HostCommand, carried: Carried, reply: unknown): unknown {
    const { dispatcher } = this.#parts.link
    const sent = asSent(carried, wordsOf(command), this.#optionsOf(command))
    restore(command, carried)
    Promise.resolve(dispatcher.accept(reply, sent)).then(
      accepted => command.resolve(accepted),
      error => this.#fail(command, error),
    )
    return command.promise
  }

  noteScript(command: HostCommand): void {
    this.#parts.link.session.note(wordsOf(command))
  }

  /** A command failed, or has never been written. */
  recover(command: HostCommand, carried: Carried, error: Error): void {
    const { link } = this.#parts
    const sent = asSent(carried, wordsOf(command), this.#optionsOf(command))
    restore(command, carried)
    link.dispatcher.recover(error, sent).then(
      reply => command.resolve(reply),
      final => this.#fail(command, final),
    )
  }

  #sendItself(command: HostCommand, connection: Connection): unknown {
    const { link } = this.#parts
    const { dispatcher } = link
    countSelfSent(dispatcher, connection, link.context.clock)
    const carried = command as CarriedCommand
    // One object for each command, as it costs as much to make two as all else here.
    carried[CARRIED] = {
      route: this,
      connection,
      order: dispatcher.issued,
      sequence: connection.written,
      repeatable: !connection.isTied,
      resolve: command.resolve,
      reject: command.reject,
    }
    carried.resolve = resolveCarried
    carried.reject = rejectCarried
    return (connection.physical as IoredisConnection).writer.write(command) ?? command.promise
  }

  #sendLong(command: HostCommand): void {
    const { dispatcher, session } = this.#parts.link
    const words = wordsOf(command)
    const { name } = command
    dispatcher.command(words, this.#optionsOf(command)).then(
      reply => {
        if (command.name !== name && command.name === 'eval') session.note(wordsOf(command))
        command.resolve(reply)
      },
      error => this.#fail(command, error),
    )
  }

  #optionsOf(carried: HostCommand): CarriedOptions {
    const { commandTimeout: timeout } = this.#parts.client.options
    return typeof timeout === 'number' ? { timeout, carried } : { carried }
  }

  /** The host's own option says whether an answer is a reason to connect again, and 2 that the command is sent there. */
  #fail(command: HostCommand, error: unknown): void {
    const { reconnectOnError } = this.#parts.client.options
    const isAsked = typeof reconnectOnError === 'function' && command.name.toLowerCase() !== 'client'
    const wish = isAsked && this.#isReply(error) ? reconnectOnError(error as Error) : false
    if (wish === 1 || wish === true || wish === 2) this.breakOff()
    if (wish === 2) this.#sendLong(command)
    else command.reject(error as Error)
  }

  /** Leaves the connection that serves as if it had broken. */
  breakOff(): void {
    const physical = this.#parts.link.current?.physical
    if (physical instanceof IoredisConnection) physical.breakOff(connectionClosed())
  }

  #isReply(error: unknown): boolean {
    return this.#parts.link.context.host.classify(error) === 'reply'
  }
}

/** In place of a command's own: it looks whether the answer may be given yet. */
function resolveCarried(this: HostCommand, reply: unknown): unknown {
  const carried = (this as CarriedCommand)[CARRIED]
  const { route, connection, resolve } = carried
  // With a script the host sends its body where the server may not have it.
  if (this.name === 'eval') route.noteScript(this)
  return connection.refused === undefined ? resolve(reply) : route.acceptLate(this, carried, reply)
}

/** Its next answer is for its caller. */
function restore(command: HostCommand, { resolve, reject }: Carried): void {
  command.resolve = resolve
  command.reject = reject
}

function rejectCarried(this: HostCommand, error: Error): void {
  const carried = (this as CarriedCommand)[CARRIED]
  carried.route.recover(this, carried, error)
}

/** By the name as it is written: nothing needs to be converted for each command. */
const ordinary = new Map<string, boolean>()

/** So many names are remembered. There are about 500 commands, and some modules. */
const MOST_NAMES = 2_000

/** Commands of which the adapter does more than the engine. */
const OWN = /^(?:[ps]?(?:un)?subscribe|quit)$/i

/** Whether a command needs no more than to be sent. */
function isPlain(name: string): boolean {
  const known = ordinary.get(name)
  if (known !== undefined) return known
  const isKnownAsPlain = isOrdinary(name) && !OWN.test(name)
  if (ordinary.size < MOST_NAMES) ordinary.set(name, isKnownAsPlain)
  return isKnownAsPlain
}
