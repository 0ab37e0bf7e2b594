import { assertNever } from '../../base/assert-never.js'
import { type CountingClock, countTimers } from '../timer-count.js'
import { createVirtualClock, type VirtualClock } from '../virtual-clock.js'
import { ModelClient } from './model-client.js'
import { ModelServer } from './model-server.js'
import type { LogEntry, Scenario, Step } from './scenario.js'

/** A scenario's world and the client in it. */
export interface Stage {
  readonly clock: VirtualClock
  /** Counts the timers of the client and of its connections. */
  readonly timers: CountingClock
  readonly server: ModelServer
  readonly client: ModelClient
}

/** Builds the world of a scenario; nothing has happened in it yet. */
export function openStage(scenario: Scenario, record: (entry: LogEntry) => void): Stage {
  const clock = createVirtualClock({ coarse: scenario.coarseTimers ?? false })
  const timers = countTimers(clock)
  const server = new ModelServer(scenario, clock)
  const client = new ModelClient({ scenario, server, clock: timers, record })
  return { clock, timers, server, client }
}

/** Takes one step of a scenario. */
export function perform(step: Step, { server, client }: Stage): void {
  switch (step.do) {
    case 'connect':
      return client.connect()
    case 'close':
      return client.close()
    case 'destroy':
      return client.destroy()
    case 'notify':
      return server.announce(step)
    case 'node':
      return server.change(step.node, step)
    case 'configure':
      return server.configure(step.node)
    case 'hand-off':
    case 'recover':
    case 'relax':
    case 'end-relaxation':
    case 'pause-writes':
    case 'resume-writes':
      return client.wish(step)
    case 'send':
    case 'watch':
    case 'block':
    case 'subscribe':
    case 'unsubscribe':
      return client.call(step)
    case 'abort':
      return client.calls.abort(step.as)
    case 'execute':
      return server.execute(step.command)
    case 'strategy':
      client.host.strategy = step.pauseMs
      return
    case 'drop':
      for (const connection of client.connectionsTo(step.node, step.connections)) connection.breakOff('dropped')
      return
    default:
      return assertNever(step)
  }
}
