import { FIRST_TRY, type History } from '../../core/replies/remedy.js'
import { newCommand } from '../../engine/commands/issued-command.js'
import type { CommandPath } from '../../engine/link/command-path.js'
import type { Connection } from '../../engine/session/connection.js'
import type { NodeRedisHost } from './host.js'
import { collectItems, type HostClient, type HostCommandOptions, type MultiCommands } from './internals.js'

/** Several commands that the application sends together, with what the host says about them. */
export interface Block {
  readonly commands: MultiCommands
  readonly database: number | undefined
  readonly rest: readonly unknown[]
  /** The options of the view that it was made with. */
  readonly options: HostCommandOptions | undefined
}

/** A block that is sent, its place among all that is issued, and what it has been through. */
interface SentBlock {
  readonly block: Block
  readonly order: number
  readonly history: History
}

/** What blocks need. */
export interface CommandBlocksParts {
  readonly host: NodeRedisHost
  readonly path: CommandPath
}

/** Runs MULTI blocks and pipelines on the connection that serves, and again elsewhere where nothing was executed. */
export class CommandBlocks {
  readonly #parts: CommandBlocksParts

  constructor(parts: CommandBlocksParts) {
    this.#parts = parts
  }

  /**
   * Runs a MULTI block. A server that refuses one of its commands executes none of them, so the whole block may be sent
   * again; unless keys were watched, whose watch ended with the connection.
   */
  multi(block: Block): Promise<unknown[]> {
    const { dispatcher } = this.#parts.path
    return dispatcher.run((connection, order) => this.#sendMulti(connection, { block, order, history: FIRST_TRY }))
  }

  /** Runs a pipeline. Each of its commands is handled by itself: only those that were refused are sent again. */
  pipeline(block: Block): Promise<unknown[]> {
    return this.#parts.path.dispatcher.run((connection, order) => this.#sendPipeline(connection, block, order))
  }

  async #sendMulti(connection: Connection, { block, order, history }: SentBlock): Promise<unknown[]> {
    const { dispatcher, recovery } = this.#parts.path
    const wasWatching = connection.isWatching
    const { commands, database, rest } = block
    try {
      const executed = this.#viewOf(connection, block)._executeMulti(commands, database, ...rest)
      // The block that the host has sent ends a watch.
      connection.noteRelease()
      const replies = await executed
      this.#parts.path.noteBlock(connection, commands, replies)
      return replies
    } catch (error) {
      const whole = { args: ['MULTI'], scope: 'transaction', repeatable: true } as const
      const outcome = recovery.recover({ error, connection, history, wasWatching, ...whole })
      if (outcome.type === 'fail') throw outcome.error
      const again = { block, order, history: outcome.history }
      return dispatcher.runAgain(next => this.#sendMulti(next, again), error, { order, apart: outcome.apart })
    }
  }

  async #sendPipeline(connection: Connection, block: Block, order: number): Promise<unknown[]> {
    const { commands, database, rest, options } = block
    const { whole, items } = collectItems(this.#parts.host.clientOf(connection.physical), () =>
      this.#viewOf(connection, block)._executePipeline(commands, database, ...rest),
    )
    try {
      return this.#parts.path.session.noteBlock(commands, await whole)
    } catch (error) {
      if (items.length !== commands.length) throw error
      const settled = items.map((item, at) =>
        item.catch(failed => {
          // Their places are between those of what was issued before and behind.
          const place = order + at / items.length
          const command = newCommand(commands[at]?.args ?? [], options, place)
          return this.#parts.path.dispatcher.recover(failed, {
            connection,
            command,
            sequence: 0,
            repeatable: !connection.isTied,
          })
        }),
      )
      return Promise.all(settled)
    }
  }

  #viewOf({ physical }: Connection, { options }: Block): HostClient {
    const client = this.#parts.host.clientOf(physical)
    return options === undefined ? client : client.withCommandOptions(options)
  }
}
