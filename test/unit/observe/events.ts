import { CONFIGURED } from '../../../src/core/decide/route.js'
import type { CommandWait, WaitListener } from '../../../src/core/events/command-wait.js'
import type { HandoffCompleted } from '../../../src/core/events/handoff-events.js'
import type { EventFacts, MaintEvent, MaintEventName } from '../../../src/core/events/maint-events.js'
import type { Observed, ObservedClient } from '../../../src/observe/index.js'

/** An event of a link, in a hand-off where it is one of those. */
export function eventOf<K extends MaintEventName>(
  name: K,
  facts: EventFacts[K],
  { at = 0, link = 1, handoff = 1 }: { readonly at?: number; readonly link?: number; readonly handoff?: number } = {},
): MaintEvent {
  const connection = { link, pool: undefined, id: 1, route: CONFIGURED, address: '10.0.0.1' }
  const handoffId = name.startsWith('handoff:') ? `${link}.${handoff}` : undefined
  return { name, payload: { ...facts, at, connection, handoffId } } as unknown as MaintEvent
}

/** The facts of a hand-off that ended. */
export const ENDED: Pick<HandoffCompleted, 'reason' | 'to' | 'durationMs' | 'attempts' | 'steps'> = {
  reason: 'moving',
  to: CONFIGURED,
  durationMs: 250,
  attempts: 2,
  steps: [
    { name: 'waiting', forMs: 100 },
    { name: 'preparing', forMs: 145 },
    { name: 'fencing', forMs: 5 },
  ],
}

/** A client that tells what a test wants. */
export function createObserved(status: object = {}): ObservedClient & {
  tell(event: MaintEvent): void
  wait(wait: CommandWait): readonly ReturnType<WaitListener>[]
} {
  const listeners = new Set<(event: MaintEvent) => void>()
  const waits = new Set<WaitListener>()
  const hooks: Observed['hooks'] = { use: () => () => {} }
  return {
    maint: {
      onAny: listener => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      onWait: listener => {
        waits.add(listener)
        return () => waits.delete(listener)
      },
      hooks,
      status: () => ({ ...STATUS, ...status }) as never,
    },
    wait: wait => [...waits].map(listener => listener(wait)),
    tell: event => {
      for (const listener of listeners) listener(event)
    },
  }
}

const STATUS = {
  availability: { state: 'available' },
  capability: { state: 'supported', endpointType: 'none' },
  ready: true,
  connections: 2,
  waitingCommands: 3,
  unansweredMs: 1_500,
  handoffs: {
    queued: 4,
    breakers: [{ endpoint: 'b:1', state: 'open', retryAt: 0 }],
    dials: { open: 0, tripped: { 'per-event': 1, 'per-second': 2, 'parallel-endpoint': 0, parallel: 0 } },
  },
}
