import type { Link } from '../../link/link.js'

/** A server that owes answers and has said nothing for this long is not waited for, in milliseconds. */
const SILENT_MS = 300

/** Whether the server of a node's client has owed answers for a while, and has said nothing. */
function isSilent({ monitors }: Link): boolean {
  return monitors.unansweredMs > SILENT_MS
}

/** Whether the server of a node's client says nothing, or refuses what it is sent, such as a master that was cut off from the others. */
export function isInDoubt(link: Link): boolean {
  return isSilent(link) || link.path.recovery.waits.isWaiting
}

/**
 * Returns what leaves a node that is in doubt now, once another one owns its slots: those that wait for answers of one that is
 * silent are told why there are none. `end` ends its client.
 */
export function leavingDoubtful(link: Link, end: () => void): () => void {
  const { current, monitors, connections } = link
  const silentMs = isSilent(link) ? monitors.unansweredMs : 0
  return () => {
    if (silentMs > 0 && current !== undefined) monitors.doubt(current, silentMs)
    end()
    // It is not waited for, as when it wakes it may acknowledge writes that its cluster throws away.
    if (silentMs > 0) connections.endAll()
  }
}
