import { isOrdinary } from '../../../core/commands/command-kind.js'
import { rememberNames } from '../../../core/commands/remember-names.js'
import { type BlockingEnd, endBlocking } from '../../../engine/commands/blocking/blocking-end.js'
import { CommandBlocks } from '../../../engine/commands/multi/command-blocks.js'
import { TransactionCollector } from '../../../engine/commands/multi/transaction-collector.js'
import { SelfSending } from '../../../engine/commands/self-sent/self-sending.js'
import { settle } from '../../../engine/commands/self-sent/self-sent.js'
import type { Link } from '../../../engine/link/link.js'
import type { Words } from '../../../engine/ports.js'
import type { Connection } from '../../../engine/session/connection.js'
import { connectionClosed, IoredisConnection } from '../ioredis-connection.js'
import type { HostCommand, HostRedis, PipelineStream } from '../ioredis-module.js'
import type { NodeOwner } from '../ioredis-options.js'
import { type AttemptMaker, CarriedCommand, type CarriedOptions, wordsOf } from './carried-command.js'

/** What the commands of one client go through. */
export interface RouteParts {
  readonly client: HostRedis
  readonly link: Link
  readonly attempts: AttemptMaker
  /** Commands, by name, that are not simply sent. */
  readonly own: ReadonlyMap<string, (command: HostCommand) => void>
  /** The cluster to one of whose nodes the client leads. */
  readonly cluster: NodeOwner | undefined
  /** Waits for what a connection owes, no longer than the host does. */
  lastAnswers(connection: Connection): Promise<unknown>
}

/** The host's default, in milliseconds. */
const GRACE_MS = 100

/** Leads the application's commands to the connection that serves, and to the next one where they are not served there. */
export class CommandRoute {
  readonly #parts: RouteParts
  readonly #transactions: TransactionCollector<HostCommand>
  readonly #selfSending: SelfSending<HostCommand, CarriedCommand>
  /** The connection that was left last because the application, or the host's own option, said so. */
  #leaving: Connection | undefined

  constructor(parts: RouteParts) {
    const { link, attempts, client } = parts
    this.#parts = parts
    const { dispatcher, path } = link
    const { clock, host } = link.context
    this.#transactions = new TransactionCollector({
      dispatcher,
      host,
      blocks: new CommandBlocks(path),
      wordsOf,
      options: () => {
        const { commandTimeout: timeout } = client.options
        return typeof timeout === 'number' ? { timeout } : undefined
      },
      attempt: (command, { physical }) => {
        const attempt = attempts.make(wordsOf(command), command)
        ;(physical as IoredisConnection).writer.write(attempt)
        return attempt.promise
      },
      confirm: commands => parts.cluster?.confirm(client, commands),
      passOn: (...failed) => parts.cluster?.passOn(...failed) === true,
      sendAlone: command => this.#sendLong(command),
    })
    this.#selfSending = new SelfSending({
      dispatcher,
      clock,
      errors: host.errors,
      Sent: CarriedCommand,
      write: sent => (sent.connection.physical as IoredisConnection).writer.writePlain(sent),
      wordsOf,
      optionsOf: (carried): CarriedOptions => ({ carried }),
      answer: (command, reply) => {
        // With a script the host sends its body where the server may not have it.
        if (command.name === 'eval') link.session.note(wordsOf(command))
        return this.#answer(command, reply)
      },
      onFailure: (command, error) => this.#fail(command, error),
      note: error => path.note(error),
    })
  }

  /** Sends a command as the host does. */
  send(command: HostCommand, stream: PipelineStream | undefined): unknown {
    if (isPlain(command.name) && !this.#transactions.isOpen && this.#sendPlain(command)) return command.promise
    const inPipeline = stream?.isPipeline === true
    if (inPipeline && this.#transactions.take(command)) return command.promise
    const own = this.#parts.own.get(command.name.toLowerCase())
    if (own === undefined) this.#sendOther(command)
    else own(command)
    return command.promise
  }

  /** Nearly all commands are written themselves, and the host gives them their answer. Returns whether this one is. */
  #sendPlain(command: HostCommand): boolean {
    const { link, client } = this.#parts
    const { current } = link.dispatcher
    const { commandTimeout } = client.options
    const isTimed = typeof commandTimeout === 'number'
    if (isTimed && (current === undefined || !this.#selfSending.takes(commandTimeout))) return false
    if (current !== undefined) this.#selfSending.send(command, current, isTimed)
    else if (link.context.host.failsOffline) return false
    else this.#selfSending.wait(command)
    return true
  }

  /** Also without an offline queue the host takes some commands as soon as there is a socket, such as `SELECT` on `connect`. */
  #sendOther(command: HostCommand): void {
    const { client, link } = this.#parts
    const isEarly = client.status === 'connect' && link.context.host.failsOffline && HANDSHAKE.test(command.name)
    if (!isEarly) return this.#sendLong(command)
    const served = link.dispatcher.admit(async () => {}, undefined, 'offline')
    served.then(
      () => this.#sendLong(command),
      error => this.#fail(command, error),
    )
  }

  /** The client is closed, and nothing is in flight. */
  rest(): void {
    this.#selfSending.rest()
  }

  #sendLong(command: HostCommand): void {
    const { client, link } = this.#parts
    const { dispatcher, session } = link
    const words = wordsOf(command)
    const { name } = command
    const end = this.#blockingEnd(words)
    const { commandTimeout } = client.options
    const own: CarriedOptions = {
      carried: command,
      ...(typeof commandTimeout === 'number' && { timeout: commandTimeout }),
      ...(end && { abortSignal: end.signal }),
    }
    dispatcher.command(words, own).then(
      reply => {
        end?.dispose()
        if (command.name !== name && command.name === 'eval') session.note(wordsOf(command))
        this.#answer(command, reply)
      },
      error => {
        end?.dispose()
        if (end?.signal.aborted === true) command.resolve(null)
        else this.#fail(command, error)
      },
    )
  }

  /** Gives a command its answer, as soon as that is in no doubt. */
  #answer(command: HostCommand, reply: unknown): unknown {
    const { cluster, client } = this.#parts
    const doubt = cluster?.confirm(client, [command])
    if (doubt === undefined) return command.resolve(reply)
    settle(
      command,
      doubt.then(() => reply),
      error => this.#refuse(command, error as Error),
    )
    return command.promise
  }

  #refuse(command: HostCommand, error: Error): void {
    const { cluster, client } = this.#parts
    if (cluster === undefined) command.reject(error)
    else cluster.refuse(client, command, error)
  }

  /** By the host's own option a command that blocks is answered with nothing then, also one that waits for a connection. */
  #blockingEnd(words: Words): BlockingEnd | undefined {
    const { client, link } = this.#parts
    const { blockingTimeout: endlessMs, blockingTimeoutGrace: graceMs = GRACE_MS } = client.options
    const { dispatcher, context } = link
    if (typeof endlessMs !== 'number' || !(endlessMs > 0) || !dispatcher.timeouts.blocks(words)) return undefined
    return endBlocking(words, { endlessMs, graceMs }, { clock: context.clock, isServed: dispatcher.isReady })
  }

  /** The host's own option says whether an answer is a reason to connect again, and 2 that the command is sent there. */
  #fail(command: HostCommand, error: unknown): void {
    const { reconnectOnError } = this.#parts.client.options
    const isAsked = typeof reconnectOnError === 'function' && command.name.toLowerCase() !== 'client'
    const wish = isAsked && this.#isReply(error) ? reconnectOnError(error as Error) : false
    if (wish === 1 || wish === true || wish === 2) this.connectAgain()
    if (wish === 2) this.#sendLong(command)
    else if (this.#isReply(error)) this.#refuse(command, error as Error)
    // The host tells first that a connection is gone, which it does one tick later.
    else process.nextTick(() => this.#refuse(command, error as Error))
  }

  /** Leaves the connection that serves as if it had broken, but what it was sent is answered first: it would be sent again. */
  connectAgain(): void {
    const { dispatcher, current } = this.#parts.link
    if (current === undefined || current === this.#leaving) return
    this.#leaving = current
    if (dispatcher.mode === 'open') dispatcher.pause('paused')
    void this.#parts.lastAnswers(current).then(() => {
      if (current.physical instanceof IoredisConnection) current.physical.breakOff(connectionClosed())
    })
  }

  #isReply(error: unknown): boolean {
    return this.#parts.link.context.host.classify(error) === 'reply'
  }
}

/** Commands of which the adapter does more than the engine. */
const OWN = /^(?:[ps]?(?:un)?subscribe|quit)$/i

/** What the host sends before a connection is ready. */
const HANDSHAKE = /^(?:auth|hello|select|client|readonly|info)$/i

/** Whether a command needs no more than to be sent. */
const isPlain = rememberNames(name => isOrdinary(name) && !OWN.test(name))
