import { toEpochMs } from '../../base/clock.js'
import { type MaintenanceWindow, noteWindow } from '../../base/maintenance-window.js'
import type { LinkState } from '../../core/decide/link-state.js'
import { announcedWindow, handoffUnderWay } from '../../core/decide/windows/announced-window.js'
import { handoffIdOf } from '../../core/events/tell.js'
import type { Context } from '../database/context.js'

/** The link whose windows are noted. */
export interface WindowedLink {
  readonly context: Pick<Context, 'clock' | 'tell'>
  readonly shell: { readonly link: LinkState }
}

/** Knows which maintenance window is open on a link, and notes it on errors. */
export class OpenWindow {
  readonly #link: WindowedLink
  /** The one that was open when the connection that served broke: what fails until another one serves, fails because of it. */
  #atLoss: MaintenanceWindow | undefined

  constructor(link: WindowedLink) {
    this.#link = link
  }

  /** The window that is open, if any. */
  get current(): MaintenanceWindow | undefined {
    const { context, shell } = this.#link
    const { clock, tell } = context
    const open = announcedWindow(shell.link, clock.now())
    if (open === undefined) return this.#untilServed(clock.epochMs())
    const { type, sequence, beganAt, endsAt } = open
    const handoff = handoffUnderWay(shell.link)
    return {
      type,
      sequence,
      sinceAt: toEpochMs(beganAt, clock),
      untilAt: toEpochMs(endsAt, clock),
      handoffId: handoff === undefined ? undefined : handoffIdOf(tell, handoff),
    }
  }

  /** Notes the window on an error that is raised now. */
  note<E>(error: E): E {
    noteWindow(error, this.current)
    return error
  }

  /** The connection that served broke. */
  onLost(): void {
    this.#atLoss = this.current
  }

  /** Another connection serves. */
  onServed(): void {
    this.#atLoss = undefined
  }

  #untilServed(epochMs: number): MaintenanceWindow | undefined {
    return this.#atLoss !== undefined && this.#atLoss.untilAt > epochMs ? this.#atLoss : undefined
  }
}
