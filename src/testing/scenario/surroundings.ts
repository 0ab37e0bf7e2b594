import type { Clock } from '../../base/clock.js'
import type { Endpoint } from '../../base/endpoint.js'
import type { Hooks } from '../../core/events/hooks.js'
import type { MaintEvent } from '../../core/events/maint-events.js'
import { resolveOptions } from '../../core/options/resolve-options.js'
import type { Context } from '../../engine/database/context.js'
import { DatabaseRegistry } from '../../engine/database/database-registry.js'
import type { OpenSource } from '../../engine/database/primary-source.js'
import { createContext } from '../../engine/link/client-context.js'
import { createPublishedHooks } from '../../engine/link/events/event-channels.js'
import { SentinelSource } from '../../engine/topology/sentinel/sentinel-source.js'
import { ModelCalls } from './model/model-calls.js'
import { ModelHost, modelTarget } from './model/model-host.js'
import type { ModelServer } from './model/model-server.js'
import type { LogEntry, Scenario } from './scenario.js'

/** What an application of the modelled world needs. */
export interface ModelParts {
  readonly scenario: Scenario
  readonly server: ModelServer
  readonly clock: Clock
  /** Is told everything that happens, in order. */
  readonly record: (entry: LogEntry) => void
  /** Is given where the application listens, before anything happens. */
  readonly watch?: Watch | undefined
}

/** Takes what an application has to listen to events and to take part in them. */
export type Watch = (maint: Pick<Hooks, 'on' | 'onAny' | 'onWait' | 'use'>) => void

/** What an application has once, also where it has several connections. */
export interface Surroundings {
  readonly host: ModelHost
  readonly hooks: Hooks
  readonly calls: ModelCalls
  readonly context: Context
}

/** How often sentinels are asked without a reason, in milliseconds. */
const POLL_EVERY_MS = 10_000

/** Events that are about no connection, and what the log shows by the commands themselves. */
const NOT_LOGGED: ReadonlySet<MaintEvent['name']> = new Set([
  'capability:changed',
  'availability:changed',
  'commands:resent',
])

/** Makes it, and logs every hook event. */
export function surround(parts: ModelParts): Surroundings {
  const { scenario, server, clock, record } = parts
  const host = new ModelHost(parts)
  const hooks = createPublishedHooks(clock)
  hooks.onAny(event => {
    if (!NOT_LOGGED.has(event.name)) record(server.places.toEntry(event, clock.now()))
  })
  parts.watch?.(hooks)
  if (scenario.skip !== undefined) hooks.use({ types: scenario.skip, before: () => 'skip' })
  return { host, hooks, calls: new ModelCalls({ clock, record, host }), context: contextOf(parts, host, hooks) }
}

/** Where the nodes say where the primary is, those among them that are sentinels. */
function sentinelsOf(
  { scenario, server, clock }: Pick<ModelParts, 'scenario' | 'server' | 'clock'>,
  { host, target }: Pick<Context, 'host' | 'target'>,
): OpenSource | undefined {
  const sentinels = Object.keys(scenario.nodes).filter(name => scenario.nodes[name]?.names !== undefined)
  if (sentinels.length === 0) return undefined
  const seeds = sentinels.map(name => server.places.endpointOf(name))
  const settings = { name: 'mymaster', seeds, mapped: (endpoint: Endpoint) => endpoint, pollEveryMs: POLL_EVERY_MS }
  return listener => new SentinelSource({ ...settings, access: { host, target, clock } }, listener)
}

function contextOf({ scenario, server, clock }: ModelParts, host: ModelHost, hooks: Hooks): Context {
  // Hand-offs begin at once unless the scenario is about when they do.
  const { maintNotifications, ...groups } = scenario.options ?? {}
  const handoff = { spread: 0, instanceId: 'scenario', ...maintNotifications?.handoff }
  const resolved = resolveOptions({ ...groups, maintNotifications: { ...maintNotifications, handoff } })
  // The monitors are off, and steps say what they would find, unless the scenario is about the monitors.
  const unwatched = {
    unresponsiveTimeoutMs: false,
    healthCheckIntervalMs: false,
    addressCheckIntervalMs: false,
  } as const
  const maint = scenario.monitors === true ? resolved : { ...resolved, ...unwatched }
  const target = modelTarget(server, scenario.followsAddress === true)
  const random = (): number => 0.5
  const source = sentinelsOf({ scenario, server, clock }, { host, target })
  const databases = new DatabaseRegistry({ clock, random })
  const database = databases.for('scenario', { target, maint, source })
  const context = { host, target, maint, offReason: undefined, database }
  return createContext(context, { databases, clock, random, hooks })
}
