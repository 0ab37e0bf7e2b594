import { type Endpoint, sameEndpoint } from '../../base/endpoint.js'
import type { Replication } from './replication.js'

/** How long writes wait for a promotion at most, in milliseconds. A sentinel makes it about 100 ms after it chose the replica. */
const HOLD_MS = 1_000

/** The pause before the replica is asked again, in milliseconds. */
const LOOK_EVERY_MS = 40

/** How long no promotion is waited for after one that did not happen, in milliseconds. */
const DISTRUST_MS = 60_000

/** What is known of a promotion that a sentinel told. Never changed in place. */
export interface PromotionWatch {
  /** The replica that is to be promoted; `undefined` while none is. */
  readonly candidate: Endpoint | undefined
  /** The history of the primary, once it has said it. */
  readonly history: string | undefined
  /** What the candidate was when writes began to wait; `undefined` while they do not wait. */
  readonly seenAs: Replication['role'] | undefined
  readonly endsAt: number
  /** Until when sentinels are not believed that tell of another. */
  readonly distrustedUntil: number
}

/** What can happen. */
export type PromotionInput =
  /** A sentinel has said that a replica is, or will be, promoted. */
  | { readonly type: 'told'; readonly candidate: Endpoint; readonly primary: Endpoint }
  /** What the nodes say of themselves; `undefined` where they were not asked, or did not answer. */
  | { readonly type: 'looked'; readonly candidate: Replication | undefined; readonly primary: Replication | undefined }
  /** A sentinel has given up the failover, or all connections are on their way to another node. */
  | { readonly type: 'over' }

/** What must be done. */
export type PromotionEffect =
  /** The candidate is asked, and the primary where it is named. */
  | {
      readonly type: 'look'
      readonly candidate: Endpoint
      readonly primary: Endpoint | undefined
      readonly afterMs: number
    }
  /** Writes wait: what the primary acknowledges from now on may be lost. */
  | { readonly type: 'hold'; readonly forMs: number }
  | { readonly type: 'release' }
  /** The candidate was a replica of the primary, and is a primary now. */
  | { readonly type: 'promoted'; readonly endpoint: Endpoint }

/** A decision. */
export interface PromotionDecision {
  readonly watch: PromotionWatch
  readonly effects: readonly PromotionEffect[]
}

/** No promotion was told. */
export const NO_PROMOTION: PromotionWatch = {
  candidate: undefined,
  history: undefined,
  seenAs: undefined,
  endsAt: 0,
  distrustedUntil: 0,
}

/**
 * Decides whether writes wait because a replica is being promoted. One sentinel leads a failover, and it alone knows of it in
 * time, so its word is taken only with what the nodes say: the replica has the history of writes of the primary in use. The
 * wait is short, and after one for nothing no other begins for a while.
 */
export function watchPromotion(watch: PromotionWatch, input: PromotionInput, now: number): PromotionDecision {
  switch (input.type) {
    case 'told':
      return onTold(watch, input, now)
    case 'looked':
      return onLooked(watch, input, now)
    default:
      return end(watch)
  }
}

function onTold(
  watch: PromotionWatch,
  { candidate, primary }: Extract<PromotionInput, { type: 'told' }>,
  now: number,
): PromotionDecision {
  const isKnown = watch.candidate !== undefined || now < watch.distrustedUntil
  if (isKnown || sameEndpoint(candidate, primary)) return decide(watch)
  const next = { ...watch, candidate, history: undefined, seenAs: undefined, endsAt: now + HOLD_MS }
  return decide(next, { type: 'look', candidate, primary, afterMs: 0 })
}

function onLooked(
  before: PromotionWatch,
  said: Extract<PromotionInput, { type: 'looked' }>,
  now: number,
): PromotionDecision {
  const { candidate } = before
  if (candidate === undefined) return decide(before)
  const history = before.history ?? (said.primary?.role === 'primary' ? said.primary.id : undefined)
  if (history === undefined) return end(before)
  const watch = { ...before, history }
  // A server that was detached from this primary long ago has its history too, so the change itself must be seen.
  if (before.seenAs === 'replica' && said.candidate?.role === 'primary' && isRelated(said.candidate, history))
    return decide(watch, { type: 'promoted', endpoint: candidate })
  if (now >= watch.endsAt) return end({ ...watch, distrustedUntil: now + DISTRUST_MS })
  const again = { type: 'look', candidate, primary: undefined, afterMs: LOOK_EVERY_MS } as const
  // It does not answer while it is promoted: sentinels end its connections then.
  if (before.seenAs !== undefined || said.candidate === undefined) return decide(watch, again)
  if (!isRelated(said.candidate, history)) return end(watch)
  const hold = { type: 'hold', forMs: watch.endsAt - now } as const
  return decide({ ...watch, seenAs: said.candidate.role }, hold, again)
}

function end(watch: PromotionWatch): PromotionDecision {
  const next = { ...watch, candidate: undefined, history: undefined, seenAs: undefined }
  return watch.seenAs === undefined ? decide(next) : decide(next, { type: 'release' })
}

function isRelated(candidate: Replication, history: string): boolean {
  return candidate.role === 'replica' ? candidate.id === history : candidate.formerId === history
}

function decide(watch: PromotionWatch, ...effects: readonly PromotionEffect[]): PromotionDecision {
  return { watch, effects }
}
