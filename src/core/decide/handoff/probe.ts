import type { Draft } from '../draft.js'
import type { ConnectionId } from '../phase.js'
import { CONFIGURED } from '../route.js'
import { beginHandoff } from './begin-handoff.js'
import { endProbe } from './handoff-steps.js'

/** How long commands wait for the answer of a connection after the process stood still, in milliseconds. */
const PROBE_WITHIN_MS = 500

/**
 * The process stood still: a laptop slept, a container was frozen, a debugger held it. A connection that owes nothing may have
 * been dropped in that time. So the first commands go behind a PING.
 */
export function onStoodStill(draft: Draft, connection: ConnectionId): void {
  const { phase } = draft.link
  if (phase.state !== 'serving' || phase.current !== connection || draft.policy.dryRun === true) return
  draft.enter({ state: 'probing', current: connection })
  draft.do({ type: 'pause-commands' }, { type: 'probe', connection, withinMs: PROBE_WITHIN_MS })
}

/** The PING is answered, or its time is over. Then commands wait for one attempt to make another connection. */
export function onProbed(draft: Draft, connection: ConnectionId, answered: boolean): void {
  const { phase } = draft.link
  if (phase.state !== 'probing' || phase.current !== connection) return
  if (answered) {
    endProbe(draft)
    return draft.enter({ state: 'serving', current: connection })
  }
  const identity = `unresponsive ${connection}`
  const order = { identity, reason: 'unresponsive', route: CONFIGURED, graceMs: 0, receivedAt: draft.now } as const
  beginHandoff(draft, connection, order)
}
