import { currentConnection, type Draft, nextConnection } from './draft.js'
import { afterBreak, flapsOf } from './flapping.js'
import { dialNext } from './handoff/begin-handoff.js'
import { failAttempt } from './handoff/failed-attempt.js'
import { cancelHandoff, completeHandoff, leaveHandoff } from './handoff/handoff-steps.js'
import { awaitRelease, goOn } from './handoff/release.js'
import type { Input } from './link-state.js'
import type { ConnectionId, Move, PausingState } from './phase.js'
import { askStrategy } from './reconnect.js'
import { CONFIGURED } from './route.js'
import { dropRelaxations } from './windows/maintenance-windows.js'
import { beginOrdered, ignoreOrder } from './windows/notification-outcome.js'
import { forgetPausedWrites } from './windows/paused-writes.js'
import { settleSeen } from './windows/seen-events.js'

/** The user wants to be connected. */
export function onConnect(draft: Draft): void {
  const { state } = draft.link.phase
  if (state === 'idle' || state === 'closed') dialConnect(draft, 0)
}

/** A connection is connected and prepared. */
export function onDialled(draft: Draft, connection: ConnectionId): void {
  const { phase } = draft.link
  if (connection !== nextConnection(phase)) return draft.do({ type: 'discard', connection })
  if (phase.state === 'preparing') return awaitRelease(draft, phase)
  if (phase.state !== 'connecting' && phase.state !== 'pausing') return
  settleCarried(draft, 'done')
  draft.serve(connection)
  draft.do(
    { type: 'cancel', timer: 'reconnect' },
    { type: 'resume', connection, after: 'connect' },
    { type: 'announce', event: 'connected' },
  )
  if (phase.state === 'connecting' && phase.order !== undefined) beginOrdered(draft, connection, phase.order)
}

/** A connection could not be connected or prepared. */
export function onDialFailed(draft: Draft, connection: ConnectionId, error: unknown): void {
  const { phase } = draft.link
  if (connection !== nextConnection(phase)) return
  if (phase.state === 'preparing') return failAttempt(draft, phase, error)
  if (phase.state !== 'connecting' && phase.state !== 'pausing') return
  settleCarried(draft, 'failed')
  if (phase.state === 'connecting' && phase.order !== undefined) ignoreOrder(draft, phase.order)
  draft.update({ temporaryEndpoint: undefined })
  // If the strategy has not answered yet, its answer starts another dial.
  if (phase.state === 'pausing') return draft.enter({ ...phase, next: undefined, event: undefined })
  askStrategy(draft, { retries: phase.retries, cause: error, immediate: false, next: undefined, event: undefined })
}

/** How a connection was lost. */
export interface Loss {
  readonly cause: unknown
  /** Whether it is replaced without a pause; the strategy may only forbid it. */
  readonly immediate: boolean
}

/** A connection broke. */
export function onLost(draft: Draft, connection: ConnectionId, { cause, immediate }: Loss): void {
  const { phase } = draft.link
  if (phase.state === 'awaiting-release' || phase.state === 'fencing') {
    // The next one is ready: it takes over at once.
    if (connection === phase.current) return completeHandoff(draft, phase, false)
    if (connection === phase.next) return failAttempt(draft, phase, cause)
  }
  if (connection !== currentConnection(phase)) return
  // A dial for the hand-off is already the reconnect: it goes on under that name.
  const [next, event] = phase.state === 'preparing' ? [phase.next, phase.move.identity] : []
  if (phase.state === 'preparing') leaveHandoff(draft, phase)
  else cancelHandoff(draft, 'connection-lost')
  if (phase.state === 'waiting') keepUntriedTarget(draft, phase.move)
  replaceBroken(draft, { retries: 0, cause, immediate, next, event })
}

/** Another connection is made: after a pause where they break again and again, unless one is on its way. */
function replaceBroken(draft: Draft, pause: Omit<PausingState, 'state'>): void {
  const stability = afterBreak(draft.link.stability, draft.now)
  const flaps = flapsOf(stability)
  draft.update({ stability })
  if (flaps === undefined || pause.next !== undefined) askStrategy(draft, pause)
  else askStrategy(draft, { ...pause, immediate: false }, flaps)
}

/** A target that was not dialled yet is where the reconnect finds the database. */
function keepUntriedTarget(draft: Draft, { route, attempts, deadlineAt }: Move): void {
  if (route.type === 'endpoint' && attempts === 0) draft.update({ temporaryEndpoint: { route, endsAt: deadlineAt } })
}

/** The strategy allows another attempt. */
export function onRetry(draft: Draft, input: Omit<Extract<Input, { type: 'retry' }>, 'type'>): void {
  const { phase } = draft.link
  if (phase.state !== 'pausing') return
  draft.do({ type: 'announce-error', error: phase.cause })
  if ('thrown' in input) draft.do({ type: 'announce-error', error: input.thrown })
  const retries = phase.retries + 1
  if (phase.immediate) {
    draft.do({ type: 'announce', event: 'reconnecting' })
    const { next, event } = phase
    if (next === undefined) dialConnect(draft, retries)
    else draft.enter({ state: 'connecting', next, retries, event, order: undefined })
  } else {
    draft.enter({ ...phase, retries })
    draft.do({ type: 'schedule', timer: 'reconnect', afterMs: input.afterMs })
  }
}

/** The strategy forbids further attempts. */
export function onStopReconnecting(draft: Draft, error: unknown): void {
  const { phase } = draft.link
  if (phase.state !== 'pausing') return
  if (phase.next !== undefined) draft.do({ type: 'discard', connection: phase.next })
  settleCarried(draft, 'failed')
  dropRelaxations(draft)
  draft.enter({ state: 'idle' })
  draft.do({ type: 'terminate', error, cause: phase.cause })
}

/** A pause is over. */
export function onDue(draft: Draft, timer: 'handoff' | 'reconnect'): void {
  const { phase } = draft.link
  if (timer === 'handoff' && phase.state === 'waiting') dialNext(draft, phase.current, phase.move)
  if (timer === 'handoff' && phase.state === 'awaiting-release') goOn(draft, phase)
  if (timer === 'reconnect' && phase.state === 'pausing') {
    draft.do({ type: 'announce', event: 'reconnecting' })
    dialConnect(draft, phase.retries)
  }
}

/** Ends every timer and every connection that does not serve; the host closes the one that does. */
export function onClose(draft: Draft): void {
  const { phase } = draft.link
  const next = 'move' in phase ? undefined : nextConnection(phase)
  cancelHandoff(draft, 'closed')
  if (phase.state === 'connecting' && phase.order !== undefined) ignoreOrder(draft, phase.order)
  if (next !== undefined) draft.do({ type: 'discard', connection: next })
  settleCarried(draft, 'failed')
  dropRelaxations(draft)
  forgetPausedWrites(draft)
  draft.enter({ state: 'closed' })
  draft.do(
    { type: 'cancel', timer: 'handoff' },
    { type: 'cancel', timer: 'reconnect' },
    { type: 'cancel', timer: 'relaxations' },
  )
}

/** The dial of a hand-off continued as a reconnect. Its outcome settles the event. */
function settleCarried(draft: Draft, handling: 'done' | 'failed'): void {
  const { phase, registry } = draft.link
  if (!('event' in phase) || phase.event === undefined) return
  draft.update({ registry: settleSeen(registry, phase.event, handling) })
}

function dialConnect(draft: Draft, retries: number): void {
  const { temporaryEndpoint } = draft.link
  const route =
    temporaryEndpoint !== undefined && temporaryEndpoint.endsAt > draft.now ? temporaryEndpoint.route : CONFIGURED
  const connection = draft.newConnection()
  draft.enter({ state: 'connecting', next: connection, retries, event: undefined, order: undefined })
  draft.do({
    type: 'dial',
    connection,
    route,
    purpose: 'connect',
    withinMs: undefined,
    event: undefined,
    requirePrimary: false,
    avoidCurrent: false,
  })
}
