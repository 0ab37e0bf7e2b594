import { isReadCommand } from '../../../core/commands/read-commands.js'
import { FIRST_TRY, type History } from '../../../core/replies/remedy.js'
import { refusalOfBlock } from '../../../core/replies/unwritten-block.js'
import type { Context } from '../../database/context.js'
import type { SendOptions, Words } from '../../ports.js'
import type { Connection } from '../../session/connection.js'
import { type Session, WATCH_LEFT } from '../../session/connection-session.js'
import type { Dispatcher } from '../dispatcher.js'
import { newCommand, type SentCommand } from '../issued-command.js'
import { isTooEarly, noteRefusedPart } from '../recovery/answer-order.js'
import type { Failure } from '../recovery/failure.js'
import type { Outcome, Recovery } from '../recovery/recovery.js'
import { withoutImplied } from '../waiting/call-deadline.js'
import type { RunInTime } from '../waiting/waiting-line.js'

/** A block that was sent: its outcome as the host has it, and those of the commands that it was sent as. */
export interface SentBlock {
  readonly whole: Promise<unknown[]>
  readonly items: readonly Promise<unknown>[]
}

/** Several commands that the application sends together. */
export interface Block {
  readonly commands: readonly { readonly args: Words }[]
  readonly options: SendOptions | undefined
  /** Sends them all before it returns. */
  send(connection: Connection): SentBlock
  /** Is told how each command of a pipeline ends, where some of them are sent again or fail. */
  settle?(outcomes: readonly Promise<unknown>[]): void
}

/** A block that is sent, its place among all that is issued, and what it has been through. */
interface IssuedBlock {
  readonly block: Block
  readonly order: number
  readonly history: History
}

/** What blocks go through on their way to a connection. */
export interface BlocksPath {
  readonly context: Context
  readonly dispatcher: Dispatcher
  readonly recovery: Recovery
  readonly session: Pick<Session, 'noteBlock'>
  /** A MULTI was executed. */
  noteBlock(connection: Connection, commands: Block['commands'], replies: unknown[]): void
}

/** Runs MULTI blocks and pipelines on the connection that serves, and again elsewhere where nothing was executed. */
export class CommandBlocks {
  readonly #path: BlocksPath

  constructor(path: BlocksPath) {
    this.#path = path
  }

  /**
   * Runs a MULTI block. A server that refuses one of its commands executes none of them, so the whole block may be sent
   * again; unless keys were watched, whose watch ended with the connection.
   */
  multi(block: Block): Promise<unknown[]> {
    const { dispatcher } = this.#path
    const send: RunInTime<unknown[]> = (connection, order, options) =>
      this.#sendMulti(connection, { block: { ...block, options }, order, history: FIRST_TRY })
    // As the host has it, blocks wait where single commands may not, and without a timeout where the user has set none.
    return dispatcher.run(send, withoutImplied(block.options, this.#path.context.host), 'offline')
  }

  /** Runs a pipeline. Each of its commands is handled by itself: only those that were refused are sent again. */
  pipeline(block: Block): Promise<unknown[]> {
    const send: RunInTime<unknown[]> = (connection, order, options) =>
      this.#sendPipeline(connection, { ...block, options }, order)
    return this.#path.dispatcher.run(send, block.options, 'offline')
  }

  async #sendMulti(connection: Connection, { block, order, history }: IssuedBlock): Promise<unknown[]> {
    const { dispatcher } = this.#path
    const wasWatching = connection.isWatching
    const { commands, options } = block
    const repeat = (to: History, error: unknown, apart: boolean): Promise<unknown[]> =>
      dispatcher.runAgain(next => this.#sendMulti(next, { block, order, history: to }), error, {
        order,
        apart,
        options,
      })
    connection.written += 1
    const sequence = connection.written
    try {
      if (connection.failsNextExec) this.#refuseBlock(connection)
      const { whole, items } = this.#send(block, connection, () => sequence)
      if (!wasWatching) this.#noteRefusedScripts(items.at(-1), commands, { connection, sequence })
      // With the block the host has sent what ends a watch.
      connection.forgetWatch()
      const replies = await whole
      const command = newCommand(gistOf(commands), undefined, order, history)
      if (isTooEarly({ connection, command, sequence, repeatable: !wasWatching })) {
        const again = this.#path.recovery.repeat({ command, connection })
        return repeat(again.command.history, again.error, false)
      }
      const refusal = refusalOfBlock(commands, replies)
      if (refusal !== undefined && !wasWatching) {
        const outcome = this.#recover({ error: refusal, connection, commands, history, wasWatching })
        if (outcome.type === 'send-again') return repeat(outcome.history, refusal, outcome.apart)
        return this.#path.session.noteBlock(commands, replies)
      }
      this.#path.noteBlock(connection, commands, replies)
      return replies
    } catch (error) {
      const outcome = this.#recover({ error, connection, history, wasWatching })
      if (outcome.type === 'fail') throw outcome.error
      return repeat(outcome.history, error, outcome.apart)
    }
  }

  /** The keys were watched on a connection that was left. */
  #refuseBlock(connection: Connection): never {
    connection.forgetWatch()
    throw this.#path.context.host.errors.watch(WATCH_LEFT)
  }

  #recover(failure: Pick<Failure, 'error' | 'connection' | 'commands' | 'history' | 'wasWatching'>): Outcome {
    return this.#path.recovery.recover({ ...failure, args: ['MULTI'], scope: 'transaction', repeatable: true })
  }

  async #sendPipeline(connection: Connection, block: Block, order: number): Promise<unknown[]> {
    const path = this.#path
    const { commands, options } = block
    const first = connection.written + 1
    connection.written += commands.length
    const { whole, items } = this.#send(block, connection, at => first + at)
    try {
      const replies = await whole
      if (connection.refused === undefined || items.length !== commands.length)
        return path.session.noteBlock(commands, replies)
    } catch (error) {
      if (items.length !== commands.length) throw error
    }
    const settled = items.map((item, at) => {
      // Their places are between those of what was issued before and behind.
      const command = newCommand(commands[at]?.args ?? [], options, order + at / items.length)
      const sent = { connection, command, sequence: first + at, repeatable: !connection.isTied }
      return item.then(
        reply => path.dispatcher.accept(reply, sent),
        error => path.dispatcher.recover(error, sent),
      )
    })
    block.settle?.(settled)
    return path.session.noteBlock(commands, await Promise.all(settled))
  }

  /** The answer to EXEC comes to the block late; what was written behind it may be answered before. */
  #noteRefusedScripts(
    exec: Promise<unknown> | undefined,
    commands: Block['commands'],
    place: Pick<SentCommand, 'connection' | 'sequence'>,
  ): void {
    const note = (replies: unknown): void => {
      const refusal = Array.isArray(replies) ? refusalOfBlock(commands, replies) : undefined
      if (refusal !== undefined) noteRefusedPart(this.#path, refusal, place)
    }
    exec?.then(note, () => {})
  }

  /** Sends a block, and has what is written behind it wait as soon as part of it is refused. */
  #send(block: Block, connection: Connection, sequenceOf: (at: number) => number): SentBlock {
    const sent = block.send(connection)
    for (const [at, item] of sent.items.entries())
      item.catch(error => noteRefusedPart(this.#path, error, { connection, sequence: sequenceOf(at) }))
    return sent
  }
}

/** The command that says whether a block only reads: one that does not, or else any. */
function gistOf(commands: Block['commands']): readonly unknown[] {
  return (commands.find(({ args }) => !isReadCommand(args)) ?? commands[0])?.args ?? []
}
