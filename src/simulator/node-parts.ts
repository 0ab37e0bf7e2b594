import { Announcer } from './announcements/announcer.js'
import { interceptPause, interceptPausedWrites, Pause, servePause } from './faults/client-pause.js'
import { type Conduct, createConduct } from './faults/conduct.js'
import { CustomAnswers } from './faults/custom-answers.js'
import { NODE_INTERCEPTORS } from './faults/interceptors.js'
import { Listener } from './listener.js'
import type { ResolvedNodeOptions, SharedState } from './node-options.js'
import { SessionPool } from './sessions/session-pool.js'
import { EndpointSeat } from './store/endpoint-seat.js'

/** What a node is made of. */
export interface NodeParts {
  readonly conduct: Conduct
  readonly custom: CustomAnswers
  readonly pause: Pause
  readonly sessions: SessionPool
  readonly listener: Listener
  readonly announcer: Announcer
}

const PARTS = new WeakMap<object, NodeParts>()

/** The parts of a node, for other parts of the simulator. */
export function partsOf(node: object): NodeParts {
  const parts = PARTS.get(node)
  if (parts === undefined) throw new RangeError('That is no node of a simulator')
  return parts
}

/** Makes the parts of a node. They know each other. */
export function createParts(
  node: { readonly index: number },
  options: ResolvedNodeOptions,
  shared: SharedState,
): NodeParts {
  const { index } = node
  const { host, port, tls, credentials, server } = options
  const conduct: Conduct = { ...createConduct(credentials), server }
  const seat = new EndpointSeat(conduct)
  const custom = new CustomAnswers()
  const announcer = new Announcer({ ...shared, sessions: () => sessions.live() })
  const pause = new Pause(shared.clock, conduct, () => {
    for (const session of sessions.live()) session.goOn()
  })
  // A server behind the node pauses clients by itself.
  const own = shared.backend.kind === 'store' ? [servePause(pause)] : []
  const sessions = new SessionPool({
    ...shared,
    node: index,
    conduct,
    interceptors: [custom.intercept, interceptPause, ...NODE_INTERCEPTORS, interceptPausedWrites, ...own],
    openLine: sink => shared.backend.open(sink, shared.seatOf(index) ?? seat),
    greet: session => announcer.greet(session),
  })
  const listener = new Listener({ host, port, tls, onAccept: accepted => sessions.accept(accepted) })
  const parts = { conduct, custom, pause, sessions, listener, announcer }
  PARTS.set(node, parts)
  return parts
}
