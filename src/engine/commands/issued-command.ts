import { FIRST_TRY, type History } from '../../core/replies/remedy.js'
import type { SendOptions } from '../ports.js'
import type { Connection } from '../session/connection.js'

/** A command of the application. */
export interface Command {
  readonly args: readonly unknown[]
  readonly options: SendOptions | undefined
  /** Its place among all that the application has issued. */
  readonly order: number
  readonly history: History
  /** When its caller's own timeout ends the wait for another try, in clock milliseconds; `undefined` before the first one. */
  readonly dueAt: number | undefined
}

/** A command that was sent. */
export interface SentCommand {
  readonly connection: Connection
  readonly command: Command
  /** Its number among all that were written to the connection. */
  readonly sequence: number
  /** Whether it could be sent on another connection at all. */
  readonly repeatable: boolean
}

/** A command that is sent again. */
export interface Retry {
  readonly command: Command
  /** Why it was not accepted before: it fails with that where nothing takes it any more. */
  readonly error: unknown
  /** Where it was sent before. */
  readonly connection: Connection
  /** Whether it is sent while nothing else is in flight. */
  readonly apart: boolean
}

/** How something came to wait once more. */
export interface Return {
  readonly order: number
  readonly options?: SendOptions | undefined
  readonly dueAt?: number | undefined
  /** Whether it is sent while nothing else is in flight. */
  readonly apart?: boolean
  /** Whether the server may hold its answer back. */
  readonly blocks?: boolean
  /** What it waits for where most commands would fail; see {@link Endurance}. */
  readonly endures?: Endurance | undefined
}

/**
 * What something waits for where most commands would fail: `offline`, for the next connection, though the options forbid it;
 * `closed`, also for the next call of `connect`.
 */
export type Endurance = 'offline' | 'closed'

/** @param history - Default: it is about to be sent for the first time. */
export function newCommand(
  args: readonly unknown[],
  options: SendOptions | undefined,
  order: number,
  history: History = FIRST_TRY,
): Command {
  return { args, options, order, history, dueAt: undefined }
}

/** A command that is sent again, since it was answered before one that was issued earlier. */
export function repeated(command: Command): Command {
  const { history } = command
  return { ...command, history: { ...history, repeats: history.repeats + 1 } }
}
