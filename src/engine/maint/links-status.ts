import { hasOpenWindow, isMoving } from '../../core/decide/link-state.js'
import type { Link } from '../link/link.js'

/** The figures of several links together. */
export interface LinksStatus {
  /** Whether at least one client serves commands. */
  readonly ready: boolean
  /** Whether a hand-off is under way, or a window is open, on any connection. */
  readonly inMaintenance: boolean
  readonly clients: number
  /** Clients that serve commands. */
  readonly serving: number
  /** Clients whose hand-off is under way. */
  readonly moving: number
  /** Clients whose connection owes answers and says nothing. */
  readonly unresponsive: number
  /** Commands that wait for a connection, and tasks that wait for a client. */
  readonly waiting: number
  /** The longest time for which one of the connections has owed answers and sent nothing, in milliseconds. */
  readonly unansweredMs: number
  readonly connections: number
}

/**
 * The figures of some links together.
 *
 * @param waitingTasks - How many tasks wait for one of them.
 */
export function statusOfLinks(all: readonly Link[], waitingTasks: number = 0): LinksStatus {
  const serving = all.filter(
    ({ dispatcher, current }) => dispatcher.isReady && current?.unresponsive === undefined,
  ).length
  const moving = all.filter(({ shell }) => isMoving(shell.link)).length
  return {
    ready: serving > 0,
    inMaintenance: moving > 0 || all.some(({ shell }) => hasOpenWindow(shell.link)),
    clients: all.length,
    serving,
    moving,
    unresponsive: all.filter(({ current }) => current?.unresponsive !== undefined && current.isReady).length,
    waiting: all.reduce((sum, { dispatcher }) => sum + dispatcher.waiting, waitingTasks),
    unansweredMs: Math.max(0, ...all.map(({ monitors }) => monitors.unansweredMs)),
    connections: all.reduce((sum, { connections }) => sum + [...connections].length, 0),
  }
}

/** While this waits for one hand-off, another one may begin. */
export async function allSettled(links: () => readonly Link[], signal: AbortSignal | undefined): Promise<void> {
  while (signal?.aborted !== true && links().some(({ shell }) => isMoving(shell.link)))
    await Promise.all(links().map(({ shell }) => shell.settled()))
}
