import { assertNever } from '../../base/assert-never.js'
import { type CountingClock, countTimers } from '../timer-count.js'
import { createVirtualClock, type VirtualClock } from '../virtual-clock.js'
import { ModelHost } from './model-host.js'
import { ModelServer } from './model-server.js'
import type { LogEntry, Scenario, Step } from './scenario.js'

/** A scenario's world and the client in it. */
export interface Stage {
  readonly clock: VirtualClock
  /** Counts the timers of the slot. */
  readonly timers: CountingClock
  readonly server: ModelServer
  readonly host: ModelHost
}

/** Builds the world of a scenario; nothing has happened in it yet. */
export function openStage(scenario: Scenario, record: (entry: LogEntry) => void): Stage {
  const clock = createVirtualClock({ coarse: scenario.coarseTimers ?? false })
  const timers = countTimers(clock)
  const server = new ModelServer(scenario, clock)
  // The host's connections have timers of their own, which are not the slot's: only the shell's are counted apart.
  const host = new ModelHost({ scenario, server, clock, shellClock: timers, record })
  return { clock, timers, server, host }
}

/** Takes one step of a scenario. */
export function perform(step: Step, { server, host }: Stage): void {
  switch (step.do) {
    case 'connect':
      return host.connect()
    case 'close':
      return host.close()
    case 'notify':
      return server.announce(step)
    case 'node':
      return server.change(step.node, step)
    case 'configure':
      server.configure(step.node)
      return host.lookAgain()
    case 'hand-off':
    case 'recover':
    case 'relax':
    case 'end-relaxation':
    case 'pause-writes':
    case 'resume-writes':
      return host.wish(step)
    case 'strategy':
      host.strategy = step.pauseMs
      return
    case 'drop':
      for (const connection of host.connectionsTo(step.node, step.connections)) connection.breakOff('dropped')
      return
    default:
      return assertNever(step)
  }
}
