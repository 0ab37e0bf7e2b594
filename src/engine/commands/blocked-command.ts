import { createDeferred, type Deferred } from '../../base/deferred.js'
import { canReissue } from '../../core/commands/blocking-timeout.js'
import { newestKeys } from '../../core/commands/newest-entries.js'
import type { SendOptions } from '../ports.js'
import type { Connection } from '../session/connection.js'

/** In place of an answer: the command was released without a result, and must be issued again. */
export const RELEASED: unique symbol = Symbol('released')

/** A call of the application, however often its command is issued. */
export interface BlockingCall {
  /** The command. As soon as it is known which entries are the newest, it says so. */
  args: readonly unknown[]
  readonly options: SendOptions | undefined
  readonly issuedAt: number
}

/** A blocking command that has not been settled. */
export interface Blocked {
  readonly call: BlockingCall
  readonly connection: Connection
  /** The command as it was issued now: with the time that was left. */
  readonly args: readonly unknown[]
  readonly issuedAt: number
  /** Whether it may still block on the server, which has it, as far as is known, and has not released it. */
  isHeldBack: boolean
  /** Whether the server has said that it released it. */
  letGo: boolean
  /** How it ended: with an answer, perhaps without a result, or with its connection. */
  end: 'answered' | 'broken' | undefined
  /** Settles with whether the server released it without a result, `undefined`: in doubt; set when it is asked to. */
  release: Deferred<boolean | undefined> | undefined
  /** Resolved when the answer is known in another way, and the connection may never give it. */
  readonly left: Deferred<typeof RELEASED>
}

const UNTOUCHED = { isHeldBack: false, letGo: false, end: undefined, release: undefined } as const

/** A command that is about to be sent. */
export function newBlocked(command: Pick<Blocked, 'call' | 'connection' | 'args' | 'issuedAt'>): Blocked {
  return { ...command, ...UNTOUCHED, left: createDeferred() }
}

/** Whether a command can be issued again without missing anything. */
export function canResume({ call }: Blocked): boolean {
  return canReissue(call.args) && newestKeys(call.args).length === 0
}

/** Where several are on their way, the released one may be another one than the first without an answer. */
export function verdictOn({ connection, letGo }: Blocked): boolean | undefined {
  return connection.blocked === 1 ? letGo : undefined
}
