import type { AzureNotification } from '../../notifications/azure-notification.js'
import type { AzureReactions } from '../options/provider-options.js'
import { type AzureState, contentOf, forgetOld, LATE_MS, nodeOf, remember, UNNAMED } from './azure-state.js'

/** What an announcement of Azure asks of every connection to the database. */
export type AzureReaction =
  /** Relax timeouts, for a limited time. */
  | { readonly type: 'relax'; readonly key: string; readonly forMs: number }
  | { readonly type: 'end-relaxation'; readonly key: string }
  /** Let writes wait, for a limited time. */
  | { readonly type: 'pause-writes'; readonly forMs: number }
  | { readonly type: 'resume-writes' }
  /** Hand off promptly to the configured endpoint, freshly resolved. */
  | { readonly type: 'reconnect' }
  /** Look whether the address in use is still among those of the name. */
  | { readonly type: 'refresh' }

/** What the decision about an announcement depends on, besides earlier announcements. */
export interface AzureContext {
  /** Milliseconds of the clock. */
  readonly now: number
  /** Milliseconds since 1970, for start times. */
  readonly epochMs: number
  /** What the user wants done. */
  readonly reactions: Required<AzureReactions>
}

/** A decision: what is remembered from now on, and what is to be done. */
export interface AzureDecision {
  readonly state: AzureState
  readonly reactions: readonly AzureReaction[]
  /** Whether it is a copy of an announcement that was acted on. */
  readonly repeated: boolean
}

/** How long timeouts stay relaxed once the maintenance was to start; it takes about ten seconds. */
const HOLD_MS = 60_000

/** How long writes wait at most. */
const WRITES_MS = 30_000

/** How long before the start Starting comes where it does not say it. The documents name 20 to 30 s. */
const USUAL_LEAD_MS = 30_000

/**
 * The longest time before the start that is believed. Clocks differ, and a wrong clock must not relax timeouts for
 * hours.
 */
const LONGEST_LEAD_MS = 120_000

/** Which switch turns a reaction off. */
const SWITCHES: Readonly<Record<AzureReaction['type'], keyof AzureReactions>> = {
  relax: 'relax',
  'end-relaxation': 'relax',
  'pause-writes': 'pauseWrites',
  'resume-writes': 'pauseWrites',
  reconnect: 'reconnect',
  refresh: 'refresh',
}

type Step = Pick<AzureDecision, 'state' | 'reactions'>

/**
 * Decides what an announcement of Azure leads to. Any of them may be missing, come twice, or come out of order. What an
 * announcement begins ends by itself.
 *
 * ```text
 * Scheduled ─ Starting ──────── Start ──── FailoverComplete ──────── Ended
 *                ├─ timeouts relaxed ─────────────┤ (or 60 s after the start)
 *                                ├ writes wait ───┤ (or 30 s)
 * ```
 *
 * A Start that comes within 30 s after the failover, or after the end of its own node, is late and is ignored: nothing
 * would release the writes. If a new maintenance looks late, its writes do not wait; nothing else is lost.
 */
export function reactTo(state: AzureState, notification: AzureNotification, context: AzureContext): AzureDecision {
  const current = forgetOld(state, context.now)
  const content = contentOf(notification)
  if (current.seen.has(content)) return { state: current, reactions: [], repeated: true }
  const seen = remember(current.seen, content, { expiresAt: context.now + LATE_MS, now: context.now })
  const step = decide({ ...current, seen }, notification, context)
  const reactions = step.reactions.filter(({ type }) => context.reactions[SWITCHES[type]])
  return { state: step.state, reactions, repeated: false }
}

function decide(state: AzureState, notification: AzureNotification, context: AzureContext): Step {
  switch (notification.type) {
    case 'azure-starting':
      return onStarting(state, notification, context)
    case 'azure-start':
      return onStart(state, notification, context)
    case 'azure-failover-complete':
      return onFailoverComplete(state, context)
    case 'azure-ended':
      return onEnded(state, notification, context)
    case 'azure-scale-complete':
      return { state, reactions: [{ type: 'refresh' }] }
    default:
      // A schedule comes minutes before the maintenance. What a type of a later version asks for is not known.
      return { state, reactions: [] }
  }
}

function onStarting(state: AzureState, notification: AzureNotification, { now, epochMs }: AzureContext): Step {
  if (notification.isReplica === true) return { state, reactions: [] }
  const { startsAt } = notification
  const toldMs = startsAt === null ? USUAL_LEAD_MS : startsAt - epochMs
  return relax(state, { node: nodeOf(notification), now, forMs: clamp(toldMs, LONGEST_LEAD_MS) + HOLD_MS })
}

function onStart(state: AzureState, notification: AzureNotification, { now }: AzureContext): Step {
  const node = nodeOf(notification)
  const isLate = state.failoverAt !== undefined || state.ended.has(node)
  if (notification.isReplica === true || isLate) return { state, reactions: [] }
  const relaxed = relax(state, { node, now, forMs: HOLD_MS })
  // A second node does not make the wait of the first one longer. Otherwise writes could wait without end.
  if (state.writes !== undefined) return relaxed
  return {
    state: { ...relaxed.state, writes: { node, endsAt: now + WRITES_MS } },
    reactions: [...relaxed.reactions, { type: 'pause-writes', forMs: WRITES_MS }],
  }
}

/** The dial comes first, so that the writes that are released have a connection to go to. */
function onFailoverComplete(state: AzureState, { now }: AzureContext): Step {
  const released = endRelaxations(state, [...state.relaxations.keys()])
  return {
    state: { ...released.state, failoverAt: now },
    reactions: [{ type: 'reconnect' }, { type: 'refresh' }, ...released.reactions],
  }
}

function onEnded(state: AzureState, notification: AzureNotification, { now }: AzureContext): Step {
  const node = nodeOf(notification)
  const released = endRelaxations(state, node === UNNAMED ? [...state.relaxations.keys()] : [node, UNNAMED])
  const ended = remember(state.ended, node, { expiresAt: now + LATE_MS, now })
  return { state: { ...released.state, ended }, reactions: [...released.reactions, { type: 'refresh' }] }
}

function relax(
  state: AzureState,
  { node, now, forMs }: { readonly node: string; readonly now: number; readonly forMs: number },
): Step {
  const expiresAt = Math.max(now + forMs, state.relaxations.get(node)?.expiresAt ?? 0)
  return {
    state: { ...state, relaxations: remember(state.relaxations, node, { expiresAt, now }) },
    reactions: [{ type: 'relax', key: node, forMs }],
  }
}

/** Ends the relaxations of some nodes, and the wait of writes if it is for one of them. */
function endRelaxations(state: AzureState, nodes: readonly string[]): Step {
  const relaxations = new Map(state.relaxations)
  const released = nodes.filter(node => relaxations.delete(node))
  const { writes } = state
  const waits = writes !== undefined && nodes.includes(writes.node)
  const relaxationsEnded = released.map(key => ({ type: 'end-relaxation', key }) as const)
  return {
    state: { ...state, relaxations, writes: waits ? undefined : writes },
    reactions: waits ? [{ type: 'resume-writes' }, ...relaxationsEnded] : relaxationsEnded,
  }
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most)
}
