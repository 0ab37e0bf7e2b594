import type { CommandKind } from '../../core/commands/command-kind.js'
import type { Recovery } from './recovery/recovery.js'
import type { CommandToSend } from './stateful-commands.js'

/** Whose commands are dispatched. */
export interface DispatcherOwner {
  readonly recovery: Recovery
  /** Why commands fail instead of waiting, because the database is unavailable; `undefined` while they wait. */
  unavailable(): Error | undefined
  /** Notes on an error in which maintenance window it was raised. */
  note<E>(error: E): E
  /** A command begins to wait. Returns what is called when it waits no longer, where anybody wants to know. */
  tellWait(): ((error?: unknown) => void) | undefined
  /** Sends a command that needs more than to be sent. */
  sendSpecial(kind: CommandKind, command: CommandToSend): Promise<unknown>
}

/** Where new commands go; the dispatcher says what each means. */
export type DispatcherMode = 'closed' | 'offline' | 'paused' | 'writes-paused' | 'open'
