import { assertNever } from '../../base/assert-never.js'
import { toAzureMessage } from '../../simulator/azure/azure-announcement.js'
import { ModelCluster } from '../cluster/model-cluster.js'
import { type CountingClock, countTimers } from '../timer-count.js'
import { createVirtualClock, type VirtualClock } from '../virtual-clock.js'
import type { Application } from './application.js'
import type { CommandStep } from './call-steps.js'
import { ModelClient } from './model/model-client.js'
import { ModelPool } from './model/model-pool.js'
import { ModelServer } from './model/model-server.js'
import type { PublishStep } from './publish-step.js'
import type { LogEntry, Scenario, Step } from './scenario.js'
import type { ModelParts, Watch } from './surroundings.js'

/** A scenario's world and the client in it. */
export interface Stage<A extends Application = ModelClient> {
  readonly clock: VirtualClock
  /** Counts the timers of the client and of its connections. */
  readonly timers: CountingClock
  readonly server: ModelServer
  readonly client: A
}

/** Builds the world of a scenario; nothing has happened in it yet. */
export function openStage(scenario: Scenario, record: (entry: LogEntry) => void): Stage {
  return open(scenario, record, parts => new ModelClient(parts))
}

/** Builds it around a pool, where the scenario has one. */
export function openAnyStage(scenario: Scenario, record: (entry: LogEntry) => void, watch?: Watch): Stage<Application> {
  const { pool, cluster } = scenario
  return open<Application>(scenario, record, parts => {
    if (cluster === true) return new ModelCluster({ ...parts, watch })
    return pool === undefined ? new ModelClient({ ...parts, watch }) : new ModelPool({ ...parts, watch }, pool)
  })
}

function open<A extends Application>(
  scenario: Scenario,
  record: (entry: LogEntry) => void,
  create: (parts: ModelParts) => A,
): Stage<A> {
  const clock = createVirtualClock({ coarse: scenario.coarseTimers ?? false })
  const timers = countTimers(clock)
  const server = new ModelServer(scenario, clock)
  return { clock, timers, server, client: create({ scenario, server, clock: timers, record }) }
}

type Place = Pick<Stage<Application>, 'server' | 'client'>

/** Takes one step of a scenario. */
export function perform(step: Step, { server, client }: Place): void {
  switch (step.do) {
    case 'connect':
      // The log says whether it connects.
      return void client.connect().catch(() => {})
    case 'close':
      return void client.close().catch(() => {})
    case 'destroy':
      return client.destroy()
    case 'notify':
      return server.announce(step)
    case 'node':
      return server.change(step.node, step)
    case 'configure':
      return server.configure(step.node)
    case 'begin-move':
      return server.slots?.beginMove(step)
    case 'azure':
      return server.azure.publish(toAzureMessage(step.announcement, server.epochMs))
    case 'hand-off':
    case 'recover':
    case 'stand-still':
    case 'relax':
    case 'end-relaxation':
    case 'pause-writes':
    case 'resume-writes':
      return client.wish(step)
    case 'strategy':
      client.host.strategy = step.pauseMs
      return
    case 'drop':
      return drop(step, { server, client })
    default:
      return performCommand(step, { server, client })
  }
}

/** A sentinel has connections of the whole database, not of a client. */
function drop(
  { node, connections }: Pick<Extract<Step, { do: 'drop' }>, 'node' | 'connections'>,
  { server, client }: Place,
): void {
  const { names, connections: all } = server.node(node)
  const dropped = names === undefined ? client.connectionsTo(node, connections) : [...all]
  for (const connection of dropped) connection.breakOff('dropped')
}

function performCommand(step: CommandStep | PublishStep, { server, client }: Place): void {
  switch (step.do) {
    case 'check-out':
      return poolOf(client).checkOut(step.as)
    case 'return':
      return poolOf(client).giveBack(step.as)
    case 'abort':
      return client.calls.abort(step.as)
    case 'publish':
      return server.publish(step)
    case 'execute':
      return server.execute(step.command)
    case 'send':
    case 'watch':
    case 'block':
    case 'subscribe':
    case 'unsubscribe':
      return client.call(step)
    default:
      return assertNever(step)
  }
}

function poolOf(client: Application): ModelPool {
  if (client instanceof ModelPool) return client
  throw new RangeError('Only the clients of a pool are checked out')
}
