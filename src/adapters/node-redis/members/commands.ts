import type { HostCommandOptions, MultiCommands } from '../internals.js'
import type { FacadeParts, View } from './parts.js'

type GivenBlock = readonly [commands: MultiCommands, database?: number, ...rest: unknown[]]

/** The ways in which commands leave the host's machinery. */
export function commandMembers({ link }: FacadeParts): object {
  const { dispatcher, session, blocks } = link.path

  async function run(kind: 'multi' | 'pipeline', view: View, [commands, database, ...rest]: GivenBlock) {
    const replies = await blocks[kind]({ commands, database, rest, options: view._commandOptions })
    if (database !== undefined) session.database = database
    return replies
  }

  return {
    sendCommand(this: View, args: readonly unknown[], given?: HostCommandOptions): Promise<unknown> {
      const options =
        given === undefined || given === this._commandOptions
          ? this._commandOptions
          : { ...this._commandOptions, ...given }
      return dispatcher.command(args, options)
    },
    _executeMulti(this: View, ...block: GivenBlock): Promise<unknown[]> {
      return run('multi', this, block)
    },
    _executePipeline(this: View, ...block: GivenBlock): Promise<unknown[]> {
      return run('pipeline', this, block)
    },
  }
}
