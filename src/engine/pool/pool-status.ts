import { hasOpenWindow, isMoving } from '../../core/decide/link-state.js'
import { passSignalOn } from '../link/incoming-notifications.js'
import type { Link } from '../link/link.js'
import {
  availabilityOf,
  type CommonStatus,
  commonMembers,
  commonStatus,
  type Maint,
  type MaintFacts,
} from '../link/maint-status.js'

/** A snapshot of a pool for readiness probes and logs. */
export interface PoolMaintStatus extends CommonStatus {
  /** Whether at least one client serves commands. */
  readonly ready: boolean
  /** Whether a hand-off is under way, or a window is open, on any connection. */
  readonly inMaintenance: boolean
  readonly clients: number
  /** Clients that serve commands. */
  readonly serving: number
  /** Clients whose hand-off is under way. */
  readonly moving: number
  /** Clients whose connection owes answers and says nothing. */
  readonly unresponsive: number
  /** Commands that wait for a connection, and tasks that wait for a client. */
  readonly waiting: number
  readonly connections: number
}

/** Events, status and signals of a pool. Its events come from every client. */
export interface PoolMaint extends Omit<Maint, 'status'> {
  status(): PoolMaintStatus
}

/** What a pool's status is read from. */
export interface PoolFacts {
  readonly engine: { readonly tasksQueueLength: number }
  readonly links: () => readonly Link[]
}

/** Makes the `maint` member of a pool. */
export function createPoolMaint(facts: MaintFacts, pool: PoolFacts): PoolMaint {
  return {
    ...commonMembers(facts, pool.links),
    get availability() {
      return availabilityOf(facts)
    },
    signal: signal => passSignalOn(pool.links(), signal, facts.clock),
    status: () => {
      const capability = pool.links().at(-1)?.capability ?? { state: 'unknown' }
      return { ...commonStatus(facts, capability), ...statusOf(pool) }
    },
  }
}

function statusOf({ engine, links }: PoolFacts): Omit<PoolMaintStatus, keyof CommonStatus> {
  const all = links()
  const serving = all.filter(
    ({ dispatcher, current }) => dispatcher.isReady && current?.unresponsive === undefined,
  ).length
  const moving = all.filter(({ shell }) => isMoving(shell.link)).length
  return {
    ready: serving > 0,
    inMaintenance: moving > 0 || all.some(({ shell }) => hasOpenWindow(shell.link)),
    clients: all.length,
    serving,
    moving,
    unresponsive: all.filter(({ current }) => current?.unresponsive !== undefined && current.isReady).length,
    waiting: all.reduce((sum, { dispatcher }) => sum + dispatcher.waiting, engine.tasksQueueLength),
    connections: all.reduce((sum, { connections }) => sum + [...connections].length, 0),
  }
}

/** What timeouts are raised to in the connections of a pool; `undefined` where they are raised in none. */
export function relaxedIn(links: Iterable<Link>): number | undefined {
  const raised = [...links].flatMap(({ dispatcher }) => dispatcher.timeouts.relaxedMs ?? [])
  return raised.length === 0 ? undefined : Math.max(...raised)
}
