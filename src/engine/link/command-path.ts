import { PubSub } from '../commands/application-subscriptions.js'
import { BlockingCommands } from '../commands/blocking-commands.js'
import { Dispatcher } from '../commands/dispatcher.js'
import { Recovery } from '../commands/recovery.js'
import { createSpecialCommands } from '../commands/stateful-commands.js'
import type { Connections } from '../connect/connections.js'
import type { Context } from '../database/context.js'
import type { Connection } from '../session/connection.js'
import { Session } from '../session/connection-session.js'

/** What the commands of one client go through. */
export interface CommandPath {
  readonly session: Session
  readonly blocking: BlockingCommands
  readonly recovery: Recovery
  readonly dispatcher: Dispatcher
  readonly pubSub: PubSub
}

/** What it is made of. */
export interface CommandPathParts {
  readonly context: Context
  readonly onListenerError: (error: unknown) => void
  /** Leaves a connection to a server that takes no writes. */
  readonly leaveReplica: (connection: Connection) => void
  /** Runs something with a further connection to the node that a connection is connected to. */
  readonly withAuxiliary: Connections['withAuxiliary']
  /** Why commands fail instead of waiting, while they do. */
  readonly unavailable: () => Error | undefined
}

/** Makes what commands go through on their way to a connection. */
export function createCommandPath(parts: CommandPathParts): CommandPath {
  const { host, clock, tell, maint, database } = parts.context
  const session = new Session({
    onListenerError: parts.onListenerError,
    onRefused: (args, error, connection) =>
      tell({ name: 'session:incomplete', payload: { command: args.map(String), error } }, { connection }),
  })
  const recovery = new Recovery({ host, clock, maint, tell, searches: database.searches, leave: parts.leaveReplica })
  const blocking = new BlockingCommands({
    clock,
    run: (ask, options) => dispatcher.run(ask, options),
    withAuxiliary: parts.withAuxiliary,
    isReply: error => host.classify(error) === 'reply',
    onUnblocked: connection => {
      if (recovery.mayLeave) parts.leaveReplica(connection)
    },
  })
  const dispatcher = new Dispatcher({
    host,
    clock,
    capacity: host.maxWaitingCommands ?? maint.maxWaitingCommands,
    failOffline: host.failsOffline,
    unavailable: parts.unavailable,
    sendSpecial: createSpecialCommands({ host, blocking, session }),
    recovery,
  })
  return { session, blocking, recovery, dispatcher, pubSub: new PubSub(session.subscriptions, dispatcher) }
}
