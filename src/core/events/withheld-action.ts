import type { HandoffReason } from '../decide/phase.js'
import type { Route } from '../decide/route.js'
import type { RelaxationCause } from '../decide/windows/relaxations.js'
import type { CommandsResent } from './refusal-events.js'

/** What would have been done if this were no dry run. */
export type ActionWithheld =
  /** A hand-off, where to, and within which time, in milliseconds. */
  | { readonly action: 'handoff'; readonly cause: HandoffReason; readonly to: Route; readonly graceMs: number }
  /** Timeouts would have been raised. */
  | { readonly action: 'relax'; readonly cause: RelaxationCause }
  /** Writes would have waited. */
  | { readonly action: 'pause-writes'; readonly cause: 'not-writable' | 'announced' }
  /** Commands would have been sent again; `count`: those that failed together. */
  | { readonly action: 'send-again'; readonly cause: CommandsResent['cause']; readonly count: number }
