import type { Endpoint } from '../../base/endpoint.js'
import {
  type Answers,
  believedOf,
  type Candidate,
  isSame,
  type KnownPrimary,
  rankCandidates,
} from './primary-choice.js'
import type { SentinelAnnouncement } from './sentinel-announcement.js'

/** How long the sentinels may take to agree on what one of them announced, in milliseconds. */
const AGREE_WITHIN_MS = 5_000

/** The pause before they are asked again, in milliseconds. */
const ASK_AGAIN_MS = 100

/** How long timeouts stay relaxed when a primary was told to be away and its end is never told, in milliseconds. */
const AWAY_MS = 60_000

/** How long the sentinels may take to name a node whose promotion was seen, in milliseconds. */
const NAMED_WITHIN_MS = 10_000

/** How long a primary that no sentinel names counts for more than one of an older configuration, in milliseconds. */
const TRUSTED_MS = 30_000

/** Everything that the decisions about the primary of one name depend on; it is the one that was verified last. Never changed in place. */
export interface PrimaryWatch extends KnownPrimary {
  /** Until when the sentinels are asked about an announcement. */
  readonly askingUntil: number | undefined
  /** The node whose role is asked now. */
  readonly verifying: Candidate | undefined
  /** What the sentinels named last, and what of that is believed. */
  readonly named: readonly Candidate[]
  readonly believed: readonly Candidate[]
  /** Whether a connection leads to another node than the primary, and the sentinels are asked about it. */
  readonly hasStray: boolean
  /** Whether the primary was told to be away. */
  readonly isAway: boolean
}

/** What can happen. */
export type WatchInput =
  | { readonly type: 'announced'; readonly announcement: SentinelAnnouncement }
  | ({ readonly type: 'answered' } & Answers)
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
  trustedUntil: 0,
  askingUntil: undefined,
  verifying: undefined,
  named: [],
  believed: [],
  hasStray: false,
  isAway: false,
}

/**
 * Decides what follows from what the sentinels say. An announcement is no proof: all sentinels are asked, and the node that
 * they name is asked for its role, before a connection is left for it.
 */
export function watchPrimary(watch: PrimaryWatch, input: WatchInput, now: number): WatchDecision {
  if (input.type === 'announced') return onAnnouncement(watch, input.announcement, now)
  if (input.type === 'answered') return onAnswers(watch, input, now)
  if (input.type === 'due') return isAsking(watch, now) ? decide(watch, ask(0)) : decide(ended(watch))
  if (input.type === 'promoted') return onPromoted(watch, input.endpoint, now)
  return input.isPrimary ? onVerified(watch, input.endpoint, now) : onRefused(watch, input.endpoint, now)
}

/** Where to look for the primary, as the sentinels said last. */
export function placesToTry({ believed }: PrimaryWatch): readonly Endpoint[] {
  return believed.map(({ endpoint }) => endpoint)
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

function onAnswers(before: PrimaryWatch, answers: Answers, now: number): WatchDecision {
  const named = rankCandidates(answers.reports)
  const watch = { ...before, named, believed: believedOf(answers, named, before, now) }
  const { primary, verifying, believed } = watch
  const [best, another] = believed
  if (verifying !== undefined) return decide(watch)
  if (primary === undefined || best === undefined)
    return isAsking(watch, now) ? decide(watch, ask(ASK_AGAIN_MS)) : decide(ended(watch))
  if (another === undefined && !isSame(primary, best.endpoint))
    return decide({ ...watch, verifying: best }, { type: 'verify', endpoint: best.endpoint })
  const told = named.find(({ endpoint }) => isSame(primary, endpoint))
  return onKnown(told === undefined ? watch : { ...watch, primary: told, trustedUntil: now + TRUSTED_MS }, best, now)
}
/** They name the primary that is known. One of them may know better, and the others hear of it soon. */
function onKnown(watch: PrimaryWatch, { endpoint, epoch }: Candidate, now: number): WatchDecision {
  const mayBeBehind = isAsking(watch, now) && watch.named.some(each => each.epoch > epoch)
  if (watch.hasStray && !mayBeBehind) return decide({ ...ended(watch), hasStray: false }, { type: 'switch', endpoint })
  return isAsking(watch, now) ? decide(watch, ask(ASK_AGAIN_MS)) : decide(ended(watch))
}

/** A node was asked, or a connection to it was made: it says that it is the primary. */
function onVerified(watch: PrimaryWatch, endpoint: Endpoint, now: number): WatchDecision {
  const { primary, verifying, believed } = watch
  if (primary !== undefined && isSame(primary, endpoint)) return decide(watch)
  const named = [verifying, ...believed].find(each => each !== undefined && isSame(each, endpoint))
  if (primary !== undefined && named === undefined) return onStray(watch, now)
  const known = named ?? { endpoint, votes: 0, epoch: 0 }
  const next = { ...ended(watch), verifying: undefined, primary: known, trustedUntil: now + TRUSTED_MS, isAway: false }
  if (primary === undefined) return decide(next)
  const switched = { type: 'switch', endpoint } as const
  const own = { ...next, hasStray: false }
  return watch.isAway ? decide(own, switched, { type: 'end-relaxation' }) : decide(own, switched)
}

/** One sentinel, asked by the host, has sent a connection there: all of them are asked whether it is right there. */
function onStray(watch: PrimaryWatch, now: number): WatchDecision {
  const isAsked = isAsking(watch, now)
  const next = { ...watch, hasStray: true, askingUntil: now + AGREE_WITHIN_MS }
  return isAsked ? decide(next) : decide(next, ask(0))
}

/** It goes before what the sentinels name until then: a failover makes a configuration with a greater number. */
function onPromoted(watch: PrimaryWatch, endpoint: Endpoint, now: number): WatchDecision {
  const { primary, named } = watch
  if (primary === undefined || isSame(primary, endpoint)) return decide(watch)
  const epoch = Math.max(primary.epoch, named[0]?.epoch ?? 0) + 1
  const { effects, watch: next } = onVerified({ ...watch, verifying: { endpoint, votes: 0, epoch } }, endpoint, now)
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

function ask(afterMs: number): WatchEffect {
  return { type: 'ask', afterMs }
}

function decide(watch: PrimaryWatch, ...effects: readonly WatchEffect[]): WatchDecision {
  return { watch, effects }
}
