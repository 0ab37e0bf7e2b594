import { Blocks } from '../../adapters/node-redis/blocks.js'
import type { Connection } from '../../adapters/node-redis/connection.js'
import type { HostModule } from '../../adapters/node-redis/host.js'
import type { ClientSettings } from '../../adapters/node-redis/options.js'
import type { Clock } from '../../base/clock.js'
import type { Hooks } from '../../core/events/hooks.js'
import { BlockingCommands } from '../commands/blocking-commands.js'
import { Dispatcher } from '../commands/dispatcher.js'
import { Recovery, type RecoveryParts } from '../commands/recovery.js'
import { createSpecialCommands } from '../commands/stateful-commands.js'
import type { Connections } from '../connect/connections.js'
import { Session } from '../session/connection-session.js'

/** What the commands of one client go through. */
export interface CommandPath {
  readonly session: Session
  readonly blocking: BlockingCommands
  readonly recovery: Recovery
  readonly dispatcher: Dispatcher
  readonly blocks: Blocks
}

/** What it is made of. */
export interface CommandPathParts {
  readonly host: HostModule
  readonly settings: ClientSettings
  readonly clock: Clock
  readonly hooks: Hooks
  readonly onListenerError: (error: unknown) => void
  /** Leaves a connection to a server that takes no writes. */
  readonly leaveReplica: (connection: Connection) => void
  readonly searches: RecoveryParts['searches']
  /** Runs something with a further connection to the node that a connection is connected to. */
  readonly withAuxiliary: Connections['withAuxiliary']
  /** Why commands fail instead of waiting, while they do. */
  readonly unavailable: () => Error | undefined
}

/** Makes what commands go through on their way to a connection. */
export function createCommandPath(parts: CommandPathParts): CommandPath {
  const { host, settings, clock, hooks } = parts
  const { hostOptions, maint } = settings
  const session = new Session({
    onListenerError: parts.onListenerError,
    onRefused: (args, error) =>
      hooks.emit({ name: 'session:incomplete', payload: { command: args.map(String), error } }),
  })
  const recovery = new Recovery({ host, clock, maint, hooks, searches: parts.searches, leave: parts.leaveReplica })
  const blocking = new BlockingCommands({
    clock,
    run: (ask, options) => dispatcher.run(ask, options),
    withAuxiliary: parts.withAuxiliary,
    isReply: error => error instanceof host.ErrorReply,
    onUnblocked: connection => {
      if (recovery.mayLeave) parts.leaveReplica(connection)
    },
  })
  const dispatcher = new Dispatcher({
    host,
    clock,
    capacity: hostOptions.commandsQueueMaxLength ?? maint.maxWaitingCommands,
    failOffline: hostOptions.disableOfflineQueue === true,
    unavailable: parts.unavailable,
    sendSpecial: createSpecialCommands({ host, blocking, session }),
    recovery,
  })
  return { session, blocking, recovery, dispatcher, blocks: new Blocks({ host, dispatcher, recovery }) }
}
