import type { Clock } from '../../../base/clock.js'
import type { Link } from '../../../engine/link/link.js'
import type { HostErrors } from '../../../engine/ports.js'
import type { HostClient } from '../internals.js'

/** For how long a client serves on whose node is no longer in the table: some commands have chosen it already. In milliseconds. */
const SERVES_ON_MS = 1_000

/** A server that owes answers and has said nothing for this long is not waited for, in milliseconds. */
const SILENT_MS = 300

/** Whether the server of a client has owed answers for a while, and has said nothing. */
function isSilent({ monitors }: Link): boolean {
  return monitors.unansweredMs > SILENT_MS
}

/** Whether the server of a client says nothing, or refuses what it is sent, such as a master that was cut off from the others. */
export function isInDoubt(link: Link): boolean {
  return isSilent(link) || link.path.recovery.waits.isWaiting
}

/** Errors of commands that were never written. */
const unsent = new WeakSet<object>()

/** Whether a command failed before it was written, since its node left the cluster. */
export function isUnsent(error: unknown): boolean {
  return typeof error === 'object' && error !== null && unsent.has(error)
}

/** What the end of the client of a node depends on. */
export interface Leaving {
  readonly client: HostClient
  readonly link: Link
  readonly errors: HostErrors
  readonly clock: Clock
  /** Ends it at once. */
  readonly destroy: () => void
}

/**
 * Ends the client of a node that the cluster no longer names, which the host would do at once. One that serves answers what it
 * was sent. One that is silent is left at once: when it wakes, it may acknowledge writes that its cluster throws away.
 */
export function letGo({ client, link, errors, clock, destroy }: Leaving): void {
  const isMute = isInDoubt(link)
  // Another client has its subscribers already: a message would come twice.
  const isHeard = link.session.subscriptions.isActive
  if (client.isOpen && client.isReady && !isMute && !isHeard) {
    const timer = clock.after(SERVES_ON_MS, () => {
      if (client.isOpen) void (client as { close?(): Promise<void> }).close?.().catch(() => {})
    })
    client.once('end', () => timer.dispose())
    return
  }
  const { current } = link
  // Those that wait for answers are told why there are none.
  if (isSilent(link) && current !== undefined) link.monitors.doubt(current, link.monitors.unansweredMs)
  const error = errors.destroyed()
  unsent.add(error)
  link.dispatcher.close(error)
  destroy()
}
