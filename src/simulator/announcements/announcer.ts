import type { Clock, Timer } from '../../base/clock.js'
import type { Session } from '../sessions/session.js'
import type { MovingEndpointType } from '../sessions/sim-connection.js'
import type { Announcement, MovingAnnouncement, Numbering } from './announcement.js'
import { toFrame } from './frames.js'
import type { History } from './history.js'

/** A `MOVING` whose window is open. */
interface Move {
  readonly announcement: Numbering<MovingAnnouncement>
  readonly endsAt: number
  readonly timer: Timer
}

/** What an announcer needs of its node. */
export interface AnnouncerHost {
  readonly clock: Clock
  readonly history: History
  readonly sessions: () => readonly Session[]
}

/** Tells the connections of one node what happens, and repeats to new connections what servers repeat. */
export class Announcer {
  readonly #host: AnnouncerHost
  readonly #closings = new Set<Timer>()
  #move: Move | undefined
  #isOver = false

  constructor(host: AnnouncerHost) {
    this.#host = host
  }

  /** Tells all connections that opted in. Resolves with how many were told, once the bytes are written. */
  async announce(announcement: Numbering<Announcement>): Promise<number> {
    if (this.#isOver) return 0
    this.#host.history.keep(announcement)
    if (announcement.type === 'moving') this.#open(announcement)
    const leftMs = graceOf(announcement)
    const frames = new Map<MovingEndpointType, Buffer>()
    const writes = this.#host.sessions().flatMap(session => {
      const { optedIn: endpointType, protocol } = session
      if (endpointType === false || protocol !== 3) return []
      const frame = frames.get(endpointType) ?? toFrame(announcement, { endpointType, leftMs })
      frames.set(endpointType, frame)
      return session.push(frame)
    })
    return (await Promise.all(writes)).filter(Boolean).length
  }

  /** What a connection is told right after it opted in: the last completion, and the `MOVING` whose window is open. */
  greet(session: Session): readonly Buffer[] {
    const { optedIn: endpointType } = session
    if (endpointType === false) return []
    const frames: Buffer[] = []
    const { lastCompletion, openStart } = this.#host.history
    for (const past of [lastCompletion, openStart])
      if (past !== undefined) frames.push(toFrame(past, { endpointType, leftMs: graceOf(past) }))
    if (this.#move !== undefined) {
      const leftMs = this.#move.endsAt - this.#host.clock.now()
      frames.push(toFrame(this.#move.announcement, { endpointType, leftMs }))
    }
    return frames
  }

  /**
   * Closes the window of the `MOVING`: new connections are not told of it any more. The connections that it closes are
   * closed as planned.
   */
  endMove(): void {
    this.#move?.timer.dispose()
    this.#move = undefined
  }

  /** Nothing is announced any more. */
  dispose(): void {
    this.#isOver = true
    this.endMove()
    for (const timer of this.#closings) timer.dispose()
    this.#closings.clear()
  }

  #open(announcement: Numbering<MovingAnnouncement>): void {
    const { closeAtGraceEnd = true } = announcement
    const { clock } = this.#host
    // In whole seconds, as clients are told: no connection may be closed too early.
    const graceMs = Math.ceil(announcement.graceMs / 1_000) * 1_000
    this.endMove()
    const move: Move = {
      announcement,
      endsAt: clock.now() + graceMs,
      timer: clock.after(graceMs, () => {
        if (this.#move === move) this.#move = undefined
      }),
    }
    this.#move = move
    if (closeAtGraceEnd) this.#closeLater(graceMs)
  }

  #closeLater(graceMs: number): void {
    const present = this.#host.sessions()
    const timer = this.#host.clock.after(graceMs, () => {
      this.#closings.delete(timer)
      for (const session of present) session.close()
    })
    this.#closings.add(timer)
  }
}

function graceOf(announcement: Announcement): number {
  return 'graceMs' in announcement ? announcement.graceMs : 0
}
