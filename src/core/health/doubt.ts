/** What a further connection to its node finds out about a connection in doubt. */
export type Sighting =
  /** The server has a command of it that it does not answer yet: one that blocks, is paused, or is in the hands of a module. */
  | { readonly type: 'held' }
  /** A part of a request has arrived there. `progress` changes while more does. */
  | { readonly type: 'arriving'; readonly progress: string }
  /** The server knows it and has nothing to do for it. */
  | { readonly type: 'idle' }
  /** The server at its end does not know it any more. */
  | { readonly type: 'forgotten' }
  /** Nobody accepts a connection there. */
  | { readonly type: 'unreachable' }
  /** It accepts connections and answers nothing: it hangs, is paused, or busy with something else. */
  | { readonly type: 'mute' }
  /** The server does not tell: it refuses the question, or is not the one at the other end. */
  | { readonly type: 'untold' }
  /** The server does not tell, but all that it owes is a blocking command that should have ended by itself. */
  | { readonly type: 'overdue' }

/** One look at a connection in doubt. */
export interface DoubtLook {
  readonly now: number
  readonly sighting: Sighting
  /** Whether it has sent anything since the look before. */
  readonly hasSpoken: boolean
  /** Whether the server announced that it is busy: a window is open. */
  readonly isInWindow: boolean
}

/** What is known of a connection in doubt. */
export interface DoubtState {
  /** Since when nothing has spoken for it. */
  readonly quietSince: number
  readonly before: Sighting | undefined
}

/** What follows from a look: it is dead, or it is looked at again after so many milliseconds. */
export type DoubtVerdict = { readonly isDead: true } | { readonly isDead: false; readonly lookAfterMs: number }

/** How soon a look is repeated that speaks against a connection, in milliseconds: two in a row are the evidence. */
const CONFIRM_AFTER_MS = 200

/** The pause before the next look where nothing speaks against it, in milliseconds. */
const LOOK_AFTER_MS = 1_000

/**
 * How long a connection is kept of which two looks prove nothing, in milliseconds: of which the request stands still that has
 * begun to arrive; whose server is mute, though another one serves; whose blocking command is overdue; of which nothing can be found
 * out.
 */
const PATIENCE_MS: Readonly<Partial<Record<Sighting['type'], number>>> = {
  arriving: 5_000,
  mute: 10_000,
  overdue: 10_000,
  untold: 60_000,
}

/** Begins to doubt. */
export function beginDoubt(now: number): DoubtState {
  return { quietSince: now, before: undefined }
}

/**
 * Judges a connection that owes answers and says nothing.
 *
 * Two looks in a row are evidence of its death where they say that the server has nothing of what was sent, that it does not
 * know the connection, or that there is nothing to connect to. So is a request that stands still for 5 s, a server that is mute
 * for 10 s, a blocking command that is overdue for 10 s, and a minute in which nothing can be found out. All else is life: a byte from it, a command that the server holds, a request of which more arrives,
 * a window that was announced.
 */
export function judgeDoubt(
  { quietSince, before }: DoubtState,
  { now, sighting, hasSpoken, isInWindow }: DoubtLook,
): { readonly state: DoubtState; readonly verdict: DoubtVerdict } {
  const isMoving = sighting.type === 'arriving' && !isSame(before, sighting)
  if (hasSpoken || isInWindow || sighting.type === 'held' || isMoving)
    return { state: { quietSince: now, before: sighting }, verdict: again(LOOK_AFTER_MS) }
  const state = { quietSince, before: sighting }
  const patienceMs = PATIENCE_MS[sighting.type]
  if (patienceMs !== undefined) return { state, verdict: now - quietSince >= patienceMs ? DEAD : again(LOOK_AFTER_MS) }
  return { state, verdict: isSame(before, sighting) ? DEAD : again(CONFIRM_AFTER_MS) }
}

const DEAD: DoubtVerdict = { isDead: true }

function again(lookAfterMs: number): DoubtVerdict {
  return { isDead: false, lookAfterMs }
}

function isSame(before: Sighting | undefined, now: Sighting): boolean {
  if (before?.type === 'arriving' && now.type === 'arriving') return before.progress === now.progress
  return before?.type === now.type
}
