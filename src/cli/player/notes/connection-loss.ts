import { SocketClosedUnexpectedlyError } from '@redis/client'

const LOSS_CODES: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED'])

/** Whether a command failed because its connection broke while it was without an answer. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof SocketClosedUnexpectedlyError) return true
  // `ioredis` has no class for it.
  if (error instanceof Error && error.message === 'Connection is closed.') return true
  return error instanceof Error && 'code' in error && LOSS_CODES.has(error.code)
}
