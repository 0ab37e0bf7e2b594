import type { Clock, Timer } from '../../../base/clock.js'
import { type Endpoint, placeOf } from '../../../base/endpoint.js'
import {
  NO_PROMOTION,
  type PromotionEffect,
  type PromotionInput,
  type PromotionWatch,
  watchPromotion,
} from '../../../core/sentinel/promotion.js'
import type { Replication } from '../../../core/sentinel/replication.js'
import type { PrimaryListener } from '../../database/primary-source.js'

/** For how long counts what the nodes said when the failover began, in milliseconds. */
const FRESH_MS = 2_000

/** The most nodes that are asked then. */
const MOST = 8

/** Who asks the nodes, and is told what they say. */
export interface PromotionParts {
  readonly clock: Clock
  readonly listener: Pick<PrimaryListener, 'look' | 'onPromotion'>
  /** A replica of the primary was seen to become a primary. It must not throw. */
  readonly onPromoted: (endpoint: Endpoint) => void
}

/** Performs what `core/sentinel/promotion.ts` decides, for one primary. */
export class PromotionObserver {
  readonly #parts: PromotionParts
  #watch: PromotionWatch = NO_PROMOTION
  #again: Timer | undefined
  #said: ReadonlyMap<string, Promise<Replication | undefined>> = new Map()
  #askedAt = Number.NEGATIVE_INFINITY

  constructor(parts: PromotionParts) {
    this.#parts = parts
  }

  /** A failover begins: one of these nodes is promoted soon, and there is no time to ask it when it is known which. */
  prepare(nodes: readonly Endpoint[]): void {
    const { clock, listener } = this.#parts
    if (clock.now() < this.#askedAt + FRESH_MS) return
    this.#askedAt = clock.now()
    this.#said = new Map(nodes.slice(0, MOST).map(node => [placeOf(node), listener.look(node)]))
  }

  /** A sentinel has said that a replica is, or will be, promoted. */
  told(candidate: Endpoint, primary: Endpoint | undefined): void {
    if (primary !== undefined) this.#input({ type: 'told', candidate, primary })
  }

  /** Nothing is waited for any more. */
  end(): void {
    this.#again?.dispose()
    this.#input({ type: 'over' })
  }

  #input(input: PromotionInput): void {
    const { watch, effects } = watchPromotion(this.#watch, input, this.#parts.clock.now())
    this.#watch = watch
    for (const effect of effects) this.#perform(effect)
  }

  #perform(effect: PromotionEffect): void {
    const { clock, listener, onPromoted } = this.#parts
    switch (effect.type) {
      case 'look':
        if (effect.afterMs === 0) return void this.#look(effect)
        this.#again = clock.after(effect.afterMs, () => void this.#look(effect))
        return
      case 'hold':
        return listener.onPromotion(effect.forMs)
      case 'release':
        return listener.onPromotion(undefined)
      default:
        onPromoted(effect.endpoint)
        return this.end()
    }
  }

  async #look(effect: Extract<PromotionEffect, { type: 'look' }>): Promise<void> {
    const { listener } = this.#parts
    const isFirst = effect.primary !== undefined
    const asked = isFirst ? this.#first(effect.primary) : undefined
    const looked = isFirst ? this.#first(effect.candidate) : listener.look(effect.candidate)
    const [candidate, primary] = await Promise.all([looked, asked])
    // What is said of a candidate of earlier does not count.
    if (this.#watch.candidate === effect.candidate) this.#input({ type: 'looked', candidate, primary })
  }

  #first(node: Endpoint): Promise<Replication | undefined> {
    const { clock, listener } = this.#parts
    const said = clock.now() < this.#askedAt + FRESH_MS ? this.#said.get(placeOf(node)) : undefined
    return said ?? listener.look(node)
  }
}
