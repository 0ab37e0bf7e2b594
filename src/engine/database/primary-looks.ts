import type { Clock, Timer } from '../../base/clock.js'

/** What a look found: a primary, none yet, or that nobody needs one any more. */
export type LookResult = 'found' | 'none' | 'over'

/** How long after one look the next is made, in milliseconds. */
export const LOOK_EVERY_MS = 5_000

/** Looks whether there is a primary by now, after a search has found none: one of the members of a database does, for all. */
export class PrimaryLooks {
  readonly #clock: Clock
  #running: { readonly owner: object; timer: Timer | undefined } | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Looks after a while and again, until a look finds one or is over. Does nothing while another member looks. */
  begin(owner: object, look: () => Promise<LookResult>): void {
    if (this.#running !== undefined) return
    const running = { owner, timer: undefined as Timer | undefined }
    const schedule = (): void => {
      running.timer = this.#clock.after(LOOK_EVERY_MS, () => {
        void look().then(result => {
          if (this.#running !== running) return
          if (result === 'none') schedule()
          else this.#running = undefined
        })
      })
    }
    this.#running = running
    schedule()
  }

  /** A member has left. */
  end(owner: object): void {
    if (this.#running?.owner !== owner) return
    this.#running.timer?.dispose()
    this.#running = undefined
  }
}
