import type { Capability } from '../../../core/events.js'
import type { Hooks } from '../../../core/hooks.js'
import type { MaintMode } from '../../../core/options.js'
import type { HandoffLane } from '../handoff-lane.js'
import { hasOpenWindow, isMoving, type Maint } from '../maint.js'
import type { NodeRedisSlot } from '../slot.js'

/** A snapshot of a pool for readiness probes and logs. */
export interface PoolMaintStatus {
  readonly mode: MaintMode
  /** Whether the server sends notifications, as the newest connection learned; `unknown` before the first one. */
  readonly capability: Capability
  /** Whether at least one client serves commands. */
  readonly ready: boolean
  /** Whether a hand-off is under way, or a window is open, on any connection. */
  readonly inMaintenance: boolean
  readonly clients: number
  /** Clients that serve commands. */
  readonly serving: number
  /** Clients whose hand-off is under way. */
  readonly moving: number
  /** The most hand-offs that ever dialled at once. */
  readonly peakDials: number
  /** Commands that wait for a connection, and tasks that wait for a client. */
  readonly waiting: number
  readonly connections: number
}

/** What a pool tells about maintenance: its events come from every client. */
export interface PoolMaint extends Omit<Maint, 'status'> {
  status(): PoolMaintStatus
}

/** What a pool's status is read from. */
export interface PoolFacts {
  readonly engine: { readonly tasksQueueLength: number }
  readonly lane: Pick<HandoffLane, 'status'>
  readonly slots: () => readonly NodeRedisSlot[]
}

/** Makes the `maint` member of a pool. */
export function createPoolMaint(mode: MaintMode, hooks: Hooks, facts: PoolFacts): PoolMaint {
  return {
    on: hooks.on,
    onAny: hooks.onAny,
    hooks: { use: hooks.use },
    status: () => statusOf(mode, facts),
  }
}

function statusOf(mode: MaintMode, { engine, lane, slots }: PoolFacts): PoolMaintStatus {
  const all = slots()
  const serving = all.filter(({ traffic }) => traffic.isReady).length
  const moving = all.filter(({ shell }) => isMoving(shell.slot)).length
  return {
    mode,
    capability: all.at(-1)?.capability ?? { support: 'unknown' },
    ready: serving > 0,
    inMaintenance: moving > 0 || all.some(({ shell }) => hasOpenWindow(shell.slot)),
    clients: all.length,
    serving,
    moving,
    peakDials: lane.status.peakRunning,
    waiting: all.reduce((sum, { traffic }) => sum + traffic.waiting, engine.tasksQueueLength),
    connections: all.reduce((sum, { connections }) => sum + [...connections].length, 0),
  }
}
