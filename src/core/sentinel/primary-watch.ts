import { type Endpoint, sameEndpoint } from '../../base/endpoint.js'
import { type Candidate, rankCandidates } from './primary-choice.js'
import type { SentinelAnnouncement } from './sentinel-announcement.js'
import type { PrimaryReport } from './sentinel-reply.js'

/** How long the sentinels may take to agree on what one of them announced, in milliseconds. */
const AGREE_WITHIN_MS = 5_000

/** The pause before they are asked again, in milliseconds. */
const ASK_AGAIN_MS = 100

/** How long timeouts stay relaxed when a primary was told to be away and its end is never told, in milliseconds. */
const AWAY_MS = 60_000

/** How long the sentinels may take to name a node whose promotion was seen, in milliseconds. */
const NAMED_WITHIN_MS = 10_000

/** Everything that the decisions about the primary of one name depend on. Never changed in place. */
export interface PrimaryWatch {
  /** The primary that was verified last. */
  readonly primary: Candidate | undefined
  /** Until when it counts for more than what the sentinels say, as its promotion was seen before most of them know of it. */
  readonly aheadUntil: number
  /** Until when the sentinels are asked about an announcement. */
  readonly askingUntil: number | undefined
  /** The node whose role is asked now. */
  readonly verifying: Candidate | undefined
  /** What the sentinels named last. */
  readonly named: readonly Candidate[]
  /** Whether the primary was told to be away. */
  readonly isAway: boolean
}

/** What can happen. */
export type WatchInput =
  | { readonly type: 'announced'; readonly announcement: SentinelAnnouncement }
  /** What all sentinels said that answered. */
  | { readonly type: 'answered'; readonly reports: readonly PrimaryReport[] }
  /** The time to ask again has come. */
  | { readonly type: 'due' }
  /** A node was asked for its role. */
  | { readonly type: 'verified'; readonly endpoint: Endpoint; readonly isPrimary: boolean }
  /** A replica of the primary was seen to become a primary, when a sentinel had said so. */
  | { readonly type: 'promoted'; readonly endpoint: Endpoint }

/** What must be done. */
export type WatchEffect =
  | { readonly type: 'ask'; readonly afterMs: number }
  | { readonly type: 'verify'; readonly endpoint: Endpoint }
  /** All connections to another node than this one are to be left for it. */
  | { readonly type: 'switch'; readonly endpoint: Endpoint }
  | { readonly type: 'relax'; readonly forMs: number }
  | { readonly type: 'end-relaxation' }
  | { readonly type: 'list-sentinels' }
  | { readonly type: 'list-replicas' }

/** A decision. */
export interface WatchDecision {
  readonly watch: PrimaryWatch
  readonly effects: readonly WatchEffect[]
}

/** Nothing is known yet. */
export const NEW_WATCH: PrimaryWatch = {
  primary: undefined,
  aheadUntil: 0,
  askingUntil: undefined,
  verifying: undefined,
  named: [],
  isAway: false,
}

/**
 * Decides what follows from what the sentinels say. An announcement is no proof: all sentinels are asked, and the node that
 * they name is asked for its role, before a connection is left for it.
 */
export function watchPrimary(watch: PrimaryWatch, input: WatchInput, now: number): WatchDecision {
  if (input.type === 'announced') return onAnnouncement(watch, input.announcement, now)
  if (input.type === 'answered') return onAnswers(watch, rankCandidates(input.reports), now)
  if (input.type === 'due') return isAsking(watch, now) ? decide(watch, ask(0)) : decide(ended(watch))
  if (input.type === 'promoted') return onPromoted(watch, input.endpoint, now)
  return input.isPrimary ? onVerified(watch, input.endpoint) : onRefused(watch, input.endpoint, now)
}

/**
 * Where to look for the primary, the best place first: what the sentinels named last, and before that the primary of a newer
 * configuration than theirs.
 */
export function placesToTry({ primary, named }: PrimaryWatch): readonly Endpoint[] {
  const [best] = named
  const isNewer = primary !== undefined && best !== undefined && best.epoch < primary.epoch
  const others = named.filter(({ endpoint }) => !isNewer || !isSame(primary, endpoint))
  return (isNewer ? [primary, ...others] : others).map(({ endpoint }) => endpoint)
}

function onAnnouncement(watch: PrimaryWatch, announcement: SentinelAnnouncement, now: number): WatchDecision {
  switch (announcement.type) {
    case 'switched': {
      const { primary } = watch
      if (primary !== undefined && isSame(primary, announcement.to)) return decide(watch)
      const isAsked = isAsking(watch, now)
      return decide({ ...watch, askingUntil: now + AGREE_WITHIN_MS }, ...(isAsked ? [] : [ask(0)]))
    }
    case 'down':
    case 'began':
      return decide({ ...watch, isAway: true }, { type: 'relax', forMs: AWAY_MS })
    case 'chosen':
      return decide(watch)
    case 'up':
    case 'given-up':
      return watch.isAway ? decide({ ...watch, isAway: false }, { type: 'end-relaxation' }) : decide(watch)
    case 'sentinels-changed':
      return decide(watch, { type: 'list-sentinels' })
    default:
      return decide(watch, { type: 'list-replicas' })
  }
}

/** The sentinels agree where more than half of those that answered name one node, or its configuration is the newest. */
function onAnswers(before: PrimaryWatch, named: readonly Candidate[], now: number): WatchDecision {
  const watch = { ...before, named }
  const [best, second] = named
  const { primary, verifying } = watch
  if (verifying !== undefined) return decide(watch)
  const isNews = best !== undefined && primary !== undefined && !isSame(primary, best.endpoint)
  // Half of them may be cut off from what the others know, and all of them hear of a promotion later than one who saw it.
  const isOld = isNews && (second !== undefined || now < watch.aheadUntil) && best.epoch < primary.epoch
  const isTie = second !== undefined && second.votes === best?.votes && second.epoch === best.epoch
  if (best !== undefined && isNews && !isOld && !isTie)
    return decide({ ...watch, verifying: best }, { type: 'verify', endpoint: best.endpoint })
  const known = best !== undefined && primary !== undefined && !isNews ? { ...watch, primary: best } : watch
  return isAsking(watch, now) ? decide(known, ask(ASK_AGAIN_MS)) : decide(ended(known))
}

/** A connection to a node was made, or asked for: it is the primary. */
function onVerified(watch: PrimaryWatch, endpoint: Endpoint): WatchDecision {
  const { primary, verifying } = watch
  if (primary !== undefined && isSame(primary, endpoint)) return decide(watch)
  const known = [verifying, ...watch.named].find(each => each !== undefined && isSame(each, endpoint)) ?? {
    endpoint,
    votes: 0,
    epoch: 0,
  }
  const next = { ...ended(watch), verifying: undefined, primary: known, isAway: false }
  if (primary === undefined) return decide(next)
  const switched = { type: 'switch', endpoint } as const
  return watch.isAway ? decide(next, switched, { type: 'end-relaxation' }) : decide(next, switched)
}

/** It goes before what the sentinels name until then: a failover makes a configuration with a greater number. */
function onPromoted(watch: PrimaryWatch, endpoint: Endpoint, now: number): WatchDecision {
  const { primary, named } = watch
  if (primary === undefined || isSame(primary, endpoint)) return decide(watch)
  const epoch = Math.max(primary.epoch, named[0]?.epoch ?? 0) + 1
  const { effects, watch: next } = onVerified({ ...watch, verifying: { endpoint, votes: 0, epoch } }, endpoint)
  return { watch: { ...next, aheadUntil: now + NAMED_WITHIN_MS }, effects }
}

function onRefused(watch: PrimaryWatch, endpoint: Endpoint, now: number): WatchDecision {
  if (watch.verifying === undefined || !isSame(watch.verifying, endpoint)) return decide(watch)
  const next = { ...watch, verifying: undefined }
  return isAsking(next, now) ? decide(next, ask(ASK_AGAIN_MS)) : decide(ended(next))
}

function isAsking({ askingUntil }: PrimaryWatch, now: number): boolean {
  return askingUntil !== undefined && now < askingUntil
}

function ended(watch: PrimaryWatch): PrimaryWatch {
  return { ...watch, askingUntil: undefined }
}

function isSame({ endpoint }: Candidate, other: Endpoint): boolean {
  return sameEndpoint(endpoint, other)
}

function ask(afterMs: number): WatchEffect {
  return { type: 'ask', afterMs }
}

function decide(watch: PrimaryWatch, ...effects: readonly WatchEffect[]): WatchDecision {
  return { watch, effects }
}
