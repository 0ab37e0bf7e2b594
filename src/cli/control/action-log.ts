import { type Clock, systemClock } from '../../base/clock.js'
import { textOf } from '../program/error-text.js'
import { ControlError } from './control-error.js'

/** How far an action is. */
export type ActionStatus = 'pending' | 'running' | 'success' | 'failed'

/** An action, as the fault injector of Redis answers it: no field more. */
export interface ActionReport {
  readonly action_id: string
  readonly status: ActionStatus
  readonly error: string | null
  readonly output: object | null
}

interface Action {
  readonly id: string
  readonly type: string
  readonly submittedAt: number
  report: ActionReport
}

/** The oldest actions are forgotten beyond so many. */
const MOST_ACTIONS = 1_000
/** More at once are refused. */
const MOST_RUNNING = 100

/** The actions that were asked for. Each runs by itself; its end is asked for by its id. */
export class ActionLog {
  readonly #clock: Clock
  readonly #actions = new Map<string, Action>()
  #count = 0
  #running = 0

  constructor(clock: Clock = systemClock) {
    this.#clock = clock
  }

  /** How many actions ended, or are under way, by status. */
  get counts(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {}
    for (const { report } of this.#actions.values()) counts[report.status] = (counts[report.status] ?? 0) + 1
    return counts
  }

  /** Starts an action, and returns its id. What it throws is the error in its report. */
  start(type: string, run: () => Promise<object | null>): string {
    if (this.#running >= MOST_RUNNING)
      throw new ControlError(409, 'TOO_MANY_ACTIONS', `${MOST_RUNNING} actions are under way`)
    this.#count += 1
    const id = `action-${this.#count}`
    const report: ActionReport = { action_id: id, status: 'running', error: null, output: null }
    const action: Action = { id, type, submittedAt: this.#clock.epochMs(), report }
    this.#actions.set(id, action)
    this.#forgetOldest()
    this.#running += 1
    void this.#run(action, run)
    return id
  }

  /** The report on an action; throws {@link ControlError} where there is none. */
  report(id: string): ActionReport {
    const action = this.#actions.get(id)
    if (action === undefined)
      throw new ControlError(404, 'NO_SUCH_ACTION', `There is no action ${JSON.stringify(id.slice(0, 40))}`)
    return action.report
  }

  /** All actions, oldest first. */
  list(): readonly object[] {
    return [...this.#actions.values()].map(({ id, type, submittedAt, report }) => ({
      job_id: id,
      action_type: type,
      status: report.status,
      submitted_at: new Date(submittedAt).toISOString(),
    }))
  }

  async #run(action: Action, run: () => Promise<object | null>): Promise<void> {
    const { id } = action
    try {
      action.report = { action_id: id, status: 'success', error: null, output: await run() }
    } catch (error) {
      action.report = { action_id: id, status: 'failed', error: textOf(error), output: null }
    } finally {
      this.#running -= 1
    }
  }

  #forgetOldest(): void {
    for (const { id, report } of this.#actions.values()) {
      if (this.#actions.size <= MOST_ACTIONS) return
      if (report.status !== 'running') this.#actions.delete(id)
    }
  }
}
