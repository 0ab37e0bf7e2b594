import type { Clock } from '../../base/clock.js'
import type { DialLimits, DialPermit, DialRequest } from '../../core/limits/dial-limits.js'

/** How long to ask. */
export interface DialPatience {
  readonly clock: Clock
  /** Ends the wait. */
  readonly signal: AbortSignal
  /** A permit that would come later than this is not waited for. */
  readonly untilAt: number
}

/**
 * Asks for a permit to open a connection until it is given. Resolves with the last refusal when the time is over, when the
 * next try would come too late, or when the signal aborts; never rejects.
 */
export async function awaitDial(
  limits: DialLimits,
  request: Omit<DialRequest, 'now'>,
  { clock, signal, untilAt }: DialPatience,
): Promise<DialPermit> {
  for (;;) {
    const now = clock.now()
    const permit = limits.tryOpen({ ...request, now })
    if (permit.allowed || signal.aborted || now + permit.retryAfterMs > untilAt) return permit
    await passed(clock, permit.retryAfterMs, signal)
    if (signal.aborted) return permit
  }
}

function passed(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const end = (): void => {
      timer.dispose()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = clock.after(delayMs, end)
    signal.addEventListener('abort', end, { once: true })
  })
}
