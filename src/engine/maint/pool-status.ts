import { passSignalOn } from '../link/incoming-notifications.js'
import type { Link } from '../link/link.js'
import { availabilityOf, type CommonStatus, databaseStatus, type MaintFacts } from './common-status.js'
import { type LinksStatus, statusOfLinks } from './links-status.js'
import { commonMembers, type Maint } from './maint-status.js'

/** A snapshot of a pool for readiness probes and logs. */
export interface PoolMaintStatus extends CommonStatus, LinksStatus {}

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
      return { ...databaseStatus(facts, capability), ...statusOfLinks(pool.links(), pool.engine.tasksQueueLength) }
    },
  }
}
