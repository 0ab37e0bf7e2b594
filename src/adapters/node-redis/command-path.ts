import type { Clock } from '../../base/clock.js'
import type { Hooks } from '../../core/hooks.js'
import { BlockingCommands } from './blocking.js'
import { Blocks } from './blocks.js'
import type { Connections } from './connections.js'
import type { ConnectionGeneration } from './generation.js'
import type { HostModule } from './host.js'
import type { ClientSettings } from './options.js'
import { Recovery, type RecoveryParts } from './recovery.js'
import { Session } from './session.js'
import { createSpecialCommands } from './special-commands.js'
import { Traffic } from './traffic.js'

/** What the commands of one client go through. */
export interface CommandPath {
  readonly session: Session
  readonly blocking: BlockingCommands
  readonly recovery: Recovery
  readonly traffic: Traffic
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
  readonly leaveReplica: (generation: ConnectionGeneration) => void
  readonly searches: RecoveryParts['searches']
  /** Runs something with a further connection to the node that a generation is connected to. */
  readonly withSibling: Connections['withSibling']
  /** Why commands fail instead of waiting, while they do. */
  readonly unavailable: () => Error | undefined
}

/** Makes what commands go through on their way to a connection. */
export function createCommandPath(parts: CommandPathParts): CommandPath {
  const { host, settings, clock, hooks } = parts
  const { connection, maint } = settings
  const session = new Session({
    onListenerError: parts.onListenerError,
    onRefused: (args, error) =>
      hooks.emit({ name: 'session:incomplete', payload: { command: args.map(String), error } }),
  })
  const recovery = new Recovery({ host, clock, maint, hooks, searches: parts.searches, leave: parts.leaveReplica })
  const blocking = new BlockingCommands({
    clock,
    run: (ask, options) => traffic.run(ask, options),
    withSibling: parts.withSibling,
    isReply: error => error instanceof host.ErrorReply,
    onUnblocked: generation => {
      if (recovery.mayLeave) parts.leaveReplica(generation)
    },
  })
  const traffic = new Traffic({
    host,
    clock,
    capacity: connection.commandsQueueMaxLength ?? maint.maxHeldCommands,
    failOffline: connection.disableOfflineQueue === true,
    unavailable: parts.unavailable,
    sendSpecial: createSpecialCommands({ host, blocking, session }),
    recovery,
  })
  return { session, blocking, recovery, traffic, blocks: new Blocks({ host, traffic, recovery }) }
}
