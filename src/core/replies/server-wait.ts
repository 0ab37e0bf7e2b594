import type { ReplyKind } from './reply-kind.js'

/** How long a server has refused commands for a reason that passes by itself, such as loading its data. */
export interface ServerWait {
  /** When the first one was refused, in clock milliseconds. */
  readonly sinceAt: number
  /** How often the server was tried again. */
  readonly pauses: number
}

/** Refusals that pass by themselves. */
export type PassingKind = Extract<ReplyKind, 'no-replicas' | 'master-down' | 'loading' | 'cluster-down' | 'try-again'>

/** How long a server is waited for, in milliseconds: while it loads it refuses everything, TRYAGAIN concerns few keys. */
const LONGEST_MS: Readonly<Record<PassingKind, number>> = {
  'no-replicas': 10_000,
  'master-down': 10_000,
  loading: 30_000,
  'cluster-down': 10_000,
  'try-again': 2_000,
}

/** The pauses between two tries, in milliseconds: each is twice the one before. */
const PAUSE = { firstMs: 20, longestMs: 500 } as const

/** Nothing was refused yet. */
export const NO_WAIT: ServerWait = { sinceAt: 0, pauses: 0 }

/** How long after its first refusal a server that was waited for without success may be waited for again, in milliseconds. */
const AGAIN_AFTER_MS = 60_000

/** Whether a server was waited for as long as it may be. From then on its errors reach the callers at once. */
export function isWaitOver({ sinceAt, pauses }: ServerWait, kind: PassingKind, now: number): boolean {
  return pauses > 0 && now - sinceAt >= LONGEST_MS[kind] && now - sinceAt < AGAIN_AFTER_MS
}

/** Another pause is made. */
export function afterPause({ sinceAt, pauses }: ServerWait, now: number): ServerWait {
  return pauses === 0 || now - sinceAt >= AGAIN_AFTER_MS ? { sinceAt: now, pauses: 1 } : { sinceAt, pauses: pauses + 1 }
}

/** How long to wait before the server is tried again, in milliseconds. */
export function pauseBefore({ pauses }: ServerWait): number {
  return Math.min(PAUSE.firstMs * 2 ** Math.min(pauses - 1, 10), PAUSE.longestMs)
}
