import type { ConnectionGeneration } from '../generation.js'
import type { HostClient, HostCommandOptions, MultiCommands } from '../internals.js'
import type { FacadeParts, View } from './parts.js'

type RunBlock = '_executeMulti' | '_executePipeline'

/** The ways in which commands leave the host's machinery. */
export function commandMembers({ slot }: FacadeParts): object {
  const { traffic, session } = slot

  async function runBlock(
    run: RunBlock,
    view: View,
    [commands, database, ...rest]: [MultiCommands, number?, ...unknown[]],
  ) {
    const replies = await traffic.run(generation => viewOf(generation, view)[run](commands, database, ...rest))
    if (database !== undefined) session.database = database
    return replies
  }

  return {
    sendCommand(this: View, args: readonly unknown[], given?: HostCommandOptions): Promise<unknown> {
      const options =
        given === undefined || given === this._commandOptions
          ? this._commandOptions
          : { ...this._commandOptions, ...given }
      return traffic.command(args, options)
    },
    _executeMulti(this: View, ...block: [MultiCommands, number?, ...unknown[]]): Promise<unknown[]> {
      return runBlock('_executeMulti', this, block)
    },
    _executePipeline(this: View, ...block: [MultiCommands, number?, ...unknown[]]): Promise<unknown[]> {
      return runBlock('_executePipeline', this, block)
    },
  }
}

function viewOf({ client }: ConnectionGeneration, { _commandOptions }: View): HostClient {
  return _commandOptions === undefined ? client : client.withCommandOptions(_commandOptions)
}
