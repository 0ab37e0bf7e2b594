import type { Clock } from '../../../base/clock.js'
import { timeoutMsOf } from '../../../core/commands/blocking-timeout.js'
import type { Words } from '../../ports.js'

/** How long blocking commands wait at the client, in milliseconds. */
export interface BlockingLimits {
  /** While they wait for a connection, or block without an end of their own. */
  readonly endlessMs: number
  /** For the answer, besides the time for which they block. */
  readonly graceMs: number
}

/** When a blocking command ends at the client. */
export interface BlockingEnd {
  readonly signal: AbortSignal
  dispose(): void
}

/**
 * Ends a blocking command for whose answer its caller does not wait for ever.
 *
 * @param isServed - Whether there is a connection for it now.
 */
export function endBlocking(
  words: Words,
  { endlessMs, graceMs }: BlockingLimits,
  { clock, isServed }: { readonly clock: Clock; readonly isServed: boolean },
): BlockingEnd {
  const blocksMs = timeoutMsOf(words)
  const isBounded = isServed && blocksMs > 0 && Number.isFinite(blocksMs)
  const over = new AbortController()
  const timer = clock.after(isBounded ? blocksMs + graceMs : endlessMs, () => over.abort(), true)
  return { signal: over.signal, dispose: () => timer.dispose() }
}
