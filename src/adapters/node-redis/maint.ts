import type { Endpoint } from '../../base/endpoint.js'
import type { Capability } from '../../core/events.js'
import type { HoldKind } from '../../core/holds.js'
import type { Hooks } from '../../core/hooks.js'
import type { MaintMode } from '../../core/options.js'
import type { Slot } from '../../core/slot.js'
import type { StateName } from '../../core/slot-state.js'
import type { NodeRedisSlot } from './slot.js'

/** A snapshot for readiness probes and logs. */
export interface MaintStatus {
  readonly mode: MaintMode
  /** Whether the server sends notifications, and if not, why. */
  readonly capability: Capability
  /** `serving`, `waiting`, `preparing` and `fencing` serve commands; in the last, new ones wait for a round trip. */
  readonly state: StateName
  /** Whether commands are served, be it from a connection that is about to be left. */
  readonly ready: boolean
  /** Whether a hand-off is under way or a maintenance window is open. */
  readonly inMaintenance: boolean
  /** Where the serving connection leads; `null` is the configured endpoint, `undefined` before the first connection. */
  readonly endpoint: Endpoint | null | undefined
  /** Reasons for relaxed timeouts; none when they are as configured. */
  readonly holds: readonly HoldKind[]
  /** Commands that wait for a connection. */
  readonly heldCommands: number
  /** Connections that have not ended: one, two during a hand-off, and those that finish their last commands. */
  readonly connections: number
}

/** What a client tells about maintenance. */
export interface Maint {
  /** Subscribes to one hook event. The returned function takes it back. */
  readonly on: Hooks['on']
  /** Subscribes to all of them. */
  readonly onAny: Hooks['onAny']
  /** Code around each notification: `before` may skip it, `after` learns how it ended. */
  readonly hooks: Pick<Hooks, 'use'>
  status(): MaintStatus
}

/** Makes the `maint` member of a client. */
export function createMaint(mode: MaintMode, hooks: Hooks, slot: NodeRedisSlot): Maint {
  return {
    on: hooks.on,
    onAny: hooks.onAny,
    hooks: { use: hooks.use },
    status: () => statusOf(mode, slot),
  }
}

/** Whether a hand-off is under way. */
export function isMoving({ phase }: Slot): boolean {
  return 'move' in phase
}

/** Whether the server announced something whose end is not known yet. */
export function hasOpenWindow({ holds }: Slot): boolean {
  return [...holds.values()].some(({ kind }) => kind !== 'tail' && kind !== 'moving')
}

function statusOf(mode: MaintMode, { shell, capability, traffic, current, connections }: NodeRedisSlot): MaintStatus {
  const { phase, holds } = shell.slot
  const kinds = [...new Set([...holds.values()].map(({ kind }) => kind))]
  return {
    mode,
    capability,
    state: phase.state,
    ready: traffic.isReady,
    inMaintenance: isMoving(shell.slot) || hasOpenWindow(shell.slot),
    endpoint: current?.endpoint,
    holds: kinds,
    heldCommands: traffic.waiting,
    connections: [...connections].length,
  }
}
