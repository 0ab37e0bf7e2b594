import type { MaintenanceWindow } from '../../base/maintenance-window.js'
import { hasOpenWindow, isMoving } from '../../core/decide/link-state.js'
import type { StateName } from '../../core/decide/phase.js'
import type { Route } from '../../core/decide/route.js'
import type { RelaxationCause } from '../../core/decide/windows/relaxations.js'
import {
  type EventStreams,
  type EventsOptions,
  type ListenOptions,
  listen,
  nextOf,
  unlessAborted,
} from '../../core/events/event-stream.js'
import type { HookRegistry, Hooks, Unsubscribe } from '../../core/events/hooks.js'
import { assertCallable, assertEvents, assertHook } from '../../core/events/listening-checks.js'
import type { AvailabilityChanged, MaintEvent, MaintEventName, MaintEvents } from '../../core/events/maint-events.js'
import type { MaintSignal } from '../../core/events/signal.js'
import type { Context } from '../database/context.js'
import { passSignalOn } from '../link/incoming-notifications.js'
import type { Link } from '../link/link.js'
import { availabilityOf, type CommonStatus, databaseStatus, type MaintFacts } from './common-status.js'
import { allSettled } from './links-status.js'
import type { Recording, RecordOptions } from './recording-types.js'

/** A snapshot for readiness probes and logs. */
export interface MaintStatus extends CommonStatus {
  /** Those from `serving` to `fencing` serve commands; in `fencing`, new ones wait for a round trip. */
  readonly state: StateName
  /** Whether commands are served, also from a connection that will be left soon. */
  readonly ready: boolean
  /** Whether a hand-off is under way or a maintenance window is open. */
  readonly inMaintenance: boolean
  /** The maintenance window that is open, `undefined` where none is. */
  readonly window: MaintenanceWindow | undefined
  /** Whether the connection owes answers and sends nothing. */
  readonly unresponsive: boolean
  /** Why writes wait while reads go on, `undefined` while they do not. */
  readonly writesPaused: 'not-writable' | 'announced' | undefined
  /** Where the serving connection leads; `undefined` before the first connection. */
  readonly route: Route | undefined
  /** Reasons for relaxed timeouts; none when they are as configured. */
  readonly relaxations: readonly RelaxationCause[]
  /** Commands that wait for a connection. */
  readonly waitingCommands: number
  /** For how long the connection has owed answers and sent nothing, to within 250 ms, in milliseconds. What blocks does not count. */
  readonly unansweredMs: number
  /** Commands that block on the connection. */
  readonly blockedCommands: number
  /** Connections that have not ended: one, two during a hand-off, and those that drain. */
  readonly connections: number
}

/** Events, status and signals of a client. */
export interface Maint {
  /**
   * Subscribes to one hook event. The returned function ends the subscription, and so does the signal.
   *
   * @throws HitlessError `OPTIONS_INVALID` where there is no event of this name, as `once`, `events` and `hooks.use` do.
   * @example
   * ```ts
   * client.maint.on('handoff:completed', ({ handoffId, pausedMs }) => console.log(handoffId, pausedMs))
   * ```
   */
  on<K extends MaintEventName>(
    name: K,
    listener: (payload: MaintEvents[K]) => void,
    options?: ListenOptions,
  ): Unsubscribe
  /** Subscribes to all of them. */
  readonly onAny: Hooks['onAny']
  /** Tells of each command that begins to wait, in its caller's context; what the listener returns, when it waits no longer. */
  readonly onWait: Hooks['onWait']
  /**
   * Waits for the next event of a name. Rejects with the reason of the signal; without a signal it waits without a
   * limit.
   *
   * @example
   * ```ts
   * const { to } = await client.maint.once('handoff:completed', { signal: AbortSignal.timeout(5_000) })
   * ```
   */
  once<K extends MaintEventName>(name: K, options?: ListenOptions): Promise<MaintEvents[K]>
  /**
   * The events from now on, for a loop. It ends when the signal aborts, and when the client is closed. A reader that is
   * too slow finds the latest 1,000 events; older ones are dropped.
   *
   * @example
   * ```ts
   * for await (const { name, payload } of client.maint.events({ names: ['handoff:failed'] })) console.log(name, payload)
   * ```
   */
  events<K extends MaintEventName = MaintEventName>(
    options?: EventsOptions<K>,
  ): AsyncIterableIterator<Extract<MaintEvent, { name: K }>>
  /**
   * Resolves once no hand-off is under way; for a pool, on none of its clients. Rejects with the reason of the signal.
   */
  settled(options?: ListenOptions): Promise<void>
  /**
   * Code around each notification: `before` may skip or replace it, `after` learns what became of it, and `handoffEnded`
   * how a hand-off ended that it led to.
   *
   * @example
   * ```ts
   * client.maint.hooks.use({ before: ({ type }) => (type === 'moving' ? 'skip' : undefined) })
   * ```
   */
  readonly hooks: HookRegistry
  /**
   * Records to a file, as a capture, what goes over the connections from now on, what is told, and each step of a hand-off;
   * keys, values, credentials and channels are masked. Rejects where the file cannot be opened.
   *
   * @example
   * ```ts
   * const recording = await client.maint.record('window.capture.jsonl')
   * // … and when the window is over:
   * await recording.stop()
   * ```
   */
  record(file: string, options?: RecordOptions): Promise<Recording>
  /** Whether the server can be reached, and if not, when it is tried again. */
  readonly availability: AvailabilityChanged
  /**
   * Tells the client what its server did not announce: from a message of the cloud, Sentinel or an orchestrator. The
   * client acts as if the server had announced it. Without a connection it does nothing.
   *
   * @throws HitlessError `SIGNAL_INVALID` naming each field that is wrong.
   */
  signal(signal: MaintSignal): void
  /**
   * A snapshot, for readiness probes and logs.
   *
   * @example
   * ```ts
   * const { ready, inMaintenance } = client.maint.status()
   * ```
   */
  status(): MaintStatus
}

/** Makes the `maint` member of a client. */
export function createMaint(context: Context, streams: EventStreams, link: Link): Maint {
  const facts: MaintFacts = { ...context, host: context.target.host, streams }
  return {
    ...commonMembers(facts, () => [link]),
    get availability() {
      return availabilityOf(facts)
    },
    signal: signal => passSignalOn([link], signal, facts.clock),
    status: () => ({ ...databaseStatus(facts, link.capability), ...statusOf(link) }),
  }
}

/** The members for listening and waiting. */
export function commonMembers(
  { hooks, streams }: Pick<MaintFacts, 'hooks' | 'streams'>,
  links: () => readonly Link[],
): Omit<Maint, 'availability' | 'signal' | 'status'> {
  return {
    on: (name, listener, { signal } = {}) => {
      assertEvents('maint.on', [name])
      assertCallable('maint.on: the listener', listener)
      return listen(hooks, { name, listener, signal })
    },
    onAny: listener => {
      assertCallable('maint.onAny: the listener', listener)
      return hooks.onAny(listener)
    },
    onWait: listener => {
      assertCallable('maint.onWait: the listener', listener)
      return hooks.onWait(listener)
    },
    once: async (name, options) => {
      assertEvents('maint.once', [name])
      return nextOf(hooks, name, options)
    },
    events: options => {
      if (options?.names !== undefined) assertEvents('maint.events: names', options.names)
      return streams.open(options)
    },
    settled: ({ signal } = {}) => unlessAborted(allSettled(links, signal), signal),
    hooks: {
      use: hook => {
        assertHook('maint.hooks.use', hook)
        return hooks.use(hook)
      },
    },
    // Its code is loaded only where it is called.
    record: async (file, options) => (await import('./recording.js')).startRecording({ hooks, links }, file, options),
  }
}

function statusOf(own: Link): Omit<MaintStatus, keyof CommonStatus> {
  const { shell, dispatcher, current, connections, window, monitors } = own
  const { link } = shell
  return {
    state: link.phase.state,
    ready: dispatcher.isReady && current?.unresponsive === undefined,
    inMaintenance: isMoving(link) || hasOpenWindow(link),
    window: window.current,
    unresponsive: current?.unresponsive !== undefined && current.isReady,
    writesPaused: link.writesPaused,
    route: current?.route,
    relaxations: [...new Set([...link.relaxations.values()].map(({ cause }) => cause))],
    waitingCommands: dispatcher.waiting,
    unansweredMs: monitors.unansweredMs,
    blockedCommands: current?.blocked ?? 0,
    connections: [...connections].length,
  }
}
