import { type Endpoint, placeOf } from '../../../base/endpoint.js'
import type { NodeReport } from '../../../core/sentinel/sentinel-reply.js'
import { type LineListener, type SentinelAccess, SentinelLine } from './sentinel-line.js'

/** The most sentinels of one database. */
const MOST = 16

/** The sentinels that are known: those of the options for ever, and those that the others name. */
export class SentinelSet {
  readonly #seeds: readonly Endpoint[]
  readonly #access: SentinelAccess
  readonly #listener: LineListener
  readonly #lines = new Map<string, SentinelLine>()

  constructor(seeds: readonly Endpoint[], access: SentinelAccess, listener: LineListener) {
    this.#seeds = seeds.slice(0, MOST)
    this.#access = access
    this.#listener = listener
  }

  get lines(): readonly SentinelLine[] {
    return [...this.#lines.values()]
  }

  /** Those that are connected. */
  get listening(): readonly SentinelLine[] {
    return this.lines.filter(({ isUp }) => isUp)
  }

  get endpoints(): readonly Endpoint[] {
    return this.lines.map(({ endpoint }) => endpoint)
  }

  /** Connects to those of the options. */
  start(): void {
    for (const seed of this.#seeds) this.#add(seed)
  }

  stop(): void {
    for (const line of this.#lines.values()) line.stop()
    this.#lines.clear()
  }

  /** Takes what a sentinel says about the others. */
  learn(listed: readonly NodeReport[]): void {
    const ids = new Set(this.listening.map(({ id }) => id))
    for (const { id, endpoint, isUp } of listed) if (isUp && !ids.has(id ?? '')) this.#add(endpoint)
    const places = new Set(listed.map(({ endpoint }) => placeOf(endpoint)))
    for (const line of this.lines) if (!line.isUp && !places.has(placeOf(line.endpoint))) this.#leave(line)
    this.#leaveTwins()
  }

  /** One sentinel may be known by its name, from the options, and by its address, from the others. */
  #leaveTwins(): void {
    const seen = new Set<string>()
    // Those of the options come first.
    for (const line of this.lines) {
      if (seen.has(line.id)) this.#leave(line)
      if (line.isUp) seen.add(line.id)
    }
  }

  #leave(line: SentinelLine): void {
    const place = placeOf(line.endpoint)
    if (this.#seeds.some(seed => placeOf(seed) === place)) return
    line.stop()
    this.#lines.delete(place)
  }

  #add(endpoint: Endpoint): void {
    const place = placeOf(endpoint)
    if (this.#lines.has(place) || this.#lines.size >= MOST) return
    const line = new SentinelLine(endpoint, this.#access, this.#listener)
    this.#lines.set(place, line)
    line.start()
  }
}
