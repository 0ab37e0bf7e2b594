import type { Clock } from '../../base/clock.js'
import { CONFIGURED } from '../../core/decide/route.js'
import { EventStreams } from '../../core/events/event-stream.js'
import { createHooks } from '../../core/events/hooks.js'
import { DialLimits } from '../../core/limits/dial-limits.js'
import { chooseProvider } from '../../core/provider/provider.js'
import { passSignalOn } from '../link/incoming-notifications.js'
import type { CommonStatus } from './common-status.js'
import { commonMembers, type Maint } from './maint-status.js'
import type { PoolMaint } from './pool-status.js'

/** Why everything is off, and where the client leads. */
export interface OffFacts {
  /** One sentence for people. */
  readonly reason: string
  /** The configured host; `undefined` for a unix socket. */
  readonly host: string | undefined
  readonly clock: Clock
}

/** What the host says about its own client. */
export interface OffClient {
  readonly isOpen: boolean
  readonly isReady: boolean
}

/** What the host says about its own pool. */
export interface OffPool {
  readonly totalClients: number
  readonly tasksQueueLength: number
}

/** Makes the `maint` member of a client with everything off: it emits no event, and knows only the host's figures. */
export function createOffMaint(facts: OffFacts, client: OffClient): Maint {
  return {
    ...offMembers(facts),
    status: () => ({
      ...offStatus(facts),
      state: client.isReady ? 'serving' : client.isOpen ? 'connecting' : 'idle',
      ready: client.isReady,
      inMaintenance: false,
      window: undefined,
      unresponsive: false,
      writesPaused: undefined,
      route: client.isReady ? CONFIGURED : undefined,
      relaxations: [],
      waitingCommands: 0,
      unansweredMs: 0,
      blockedCommands: 0,
      connections: client.isReady ? 1 : 0,
    }),
  }
}

/** The same for a pool. */
export function createOffPoolMaint(facts: OffFacts, pool: OffPool): PoolMaint {
  return {
    ...offMembers(facts),
    status: () => ({
      ...offStatus(facts),
      ready: pool.totalClients > 0,
      inMaintenance: false,
      clients: pool.totalClients,
      serving: pool.totalClients,
      moving: 0,
      unresponsive: 0,
      waiting: pool.tasksQueueLength,
      unansweredMs: 0,
      connections: pool.totalClients,
    }),
  }
}

function offMembers({ clock }: OffFacts): Omit<Maint, 'status'> {
  const hooks = createHooks(clock)
  const streams = new EventStreams(hooks)
  return {
    ...commonMembers({ hooks, streams }, () => []),
    // There will be no event, so a loop over events ends at once.
    events: options => {
      const stream = streams.open(options)
      streams.endAll()
      return stream
    },
    availability: { state: 'available' },
    // Nothing is done about a signal, but an invalid one is refused all the same.
    signal: signal => passSignalOn([], signal, clock),
  }
}

function offStatus({ reason, host }: OffFacts): CommonStatus {
  const { open, tripped } = new DialLimits()
  return {
    mode: 'off',
    dryRun: false,
    provider: chooseProvider('auto', { host }),
    capability: { state: 'off', reason },
    azureEvents: false,
    availability: { state: 'available' },
    handoffs: { workers: 0, queued: 0, running: 0, peakRunning: 0, breakers: [], dials: { open, tripped } },
  }
}
