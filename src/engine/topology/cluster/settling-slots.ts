import type { Clock } from '../../../base/clock.js'
import { type Expiring, ExpiringMap } from '../../../base/expiring-map.js'

/** Two nodes that send a slot to each other are asked less and less often; in milliseconds. */
const SETTLING = { rememberedMs: 2_000, pauseMs: 50, mostPauses: 4 } as const

/** The most slots that are remembered. */
const MOST = 1_024

/** How often the owner of a slot was changed lately. */
export interface Settling {
  /** Before this time. */
  readonly times: number
  /** How long to wait before the next node is asked, in milliseconds. */
  readonly pauseMs: number
}

/** The slots whose owner changed by redirects a short time ago. */
export class SettlingSlots {
  readonly #clock: Clock
  readonly #changed = new ExpiringMap<number, Expiring & { readonly times: number }>(MOST)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A node has said that a slot has another owner. */
  note(slot: number): Settling {
    const now = this.#clock.now()
    const times = this.#changed.get(slot, now)?.times ?? 0
    this.#changed.set(slot, { times: times + 1, expiresAt: now + SETTLING.rememberedMs }, now)
    return { times, pauseMs: times > 1 ? SETTLING.pauseMs * Math.min(times, SETTLING.mostPauses) : 0 }
  }
}
