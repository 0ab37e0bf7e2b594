import type { Clock } from '../../../base/clock.js'
import type { Link } from '../../../engine/link/link.js'
import type { HostErrors } from '../../../engine/ports.js'
import { isInDoubt, leavingDoubtful } from '../../../engine/topology/cluster/doubtful-links.js'
import { asUnsent } from '../../../engine/topology/cluster/unsent.js'
import type { HostClient } from '../internals.js'

/** For how long a client serves on whose node is no longer in the table: some commands have chosen it already. In milliseconds. */
const SERVES_ON_MS = 1_000

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
  const error = asUnsent(errors.destroyed())
  leavingDoubtful(link, () => {
    link.dispatcher.close(error)
    destroy()
  })()
}
