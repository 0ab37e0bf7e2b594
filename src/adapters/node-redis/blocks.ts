import type { Traffic } from '../../engine/commands/dispatcher.js'
import type { Recovery } from '../../engine/commands/recovery.js'
import type { ConnectionGeneration } from './generation.js'
import type { HostModule } from './host.js'
import type { HostClient, HostCommandOptions, MultiCommands } from './internals.js'
import { collectItems } from './pipeline-items.js'

/** Several commands that the application sends as one, with what the host says about them. */
export interface Block {
  readonly commands: MultiCommands
  readonly database: number | undefined
  readonly rest: readonly unknown[]
  /** Of the view that it was made with. */
  readonly options: HostCommandOptions | undefined
}

/** What blocks need. */
export interface BlocksParts {
  readonly host: HostModule
  readonly traffic: Traffic
  readonly recovery: Recovery
}

/** Runs MULTI blocks and pipelines on the connection that serves, and once more elsewhere where nothing of them was executed. */
export class Blocks {
  readonly #parts: BlocksParts

  constructor(parts: BlocksParts) {
    this.#parts = parts
  }

  /**
   * Runs a MULTI block. A server that refuses one of its commands executes none of them, so the whole block may be sent
   * again; unless keys were watched, whose watch ended with the connection.
   */
  multi(block: Block): Promise<unknown[]> {
    return this.#parts.traffic.run(generation => this.#sendMulti(generation, block, 0))
  }

  /** Runs a pipeline. Each of its commands is judged by itself: those that were refused, and only those, are sent again. */
  pipeline(block: Block): Promise<unknown[]> {
    return this.#parts.traffic.run(generation => this.#sendPipeline(generation, block))
  }

  async #sendMulti(generation: ConnectionGeneration, block: Block, tries: number): Promise<unknown[]> {
    const { host, traffic, recovery } = this.#parts
    const wasWatching = generation.isWatching
    const { commands, database, rest } = block
    try {
      const replies = await viewOf(generation, block)._executeMulti(commands, database, ...rest)
      recovery.notice(generation, replies)
      return replies
    } catch (error) {
      const failure = { error, generation, args: ['MULTI'], tries, repeatable: true, scope: 'transaction' } as const
      const remedy = recovery.judge(failure)
      if (remedy.type === 'fail') throw remedy.error
      if (wasWatching) throw new host.WatchError('Client reconnected after WATCH')
      return traffic.runAgain(next => this.#sendMulti(next, block, tries + 1), error)
    }
  }

  async #sendPipeline(generation: ConnectionGeneration, block: Block): Promise<unknown[]> {
    const { commands, database, rest, options } = block
    const { whole, items } = collectItems(generation.client, () =>
      viewOf(generation, block)._executePipeline(commands, database, ...rest),
    )
    try {
      return await whole
    } catch (error) {
      if (items.length !== commands.length) throw error
      const settled = items.map((item, at) =>
        item.catch(failed => {
          const command = { args: commands[at]?.args ?? [], options, tries: 0 }
          return this.#parts.traffic.recover(failed, { generation, command, repeatable: !generation.isTied })
        }),
      )
      return Promise.all(settled)
    }
  }
}

function viewOf({ client }: ConnectionGeneration, { options }: Block): HostClient {
  return options === undefined ? client : client.withCommandOptions(options)
}
