import type { Clock } from '../../../base/clock.js'
import { type Endpoint, placeOf, toEndpoint } from '../../../base/endpoint.js'
import { pause } from '../../../base/pause.js'
import { SettlingSlots } from './settling-slots.js'
import type { SlotMoves, Topology } from './slot-moves.js'

/** Where a node said that a command belongs. */
export interface Redirect {
  readonly kind: 'MOVED' | 'ASK'
  readonly slot: number
  readonly target: Endpoint
}

/** The topology as it is asked when a command was redirected. */
export interface RedirectedTopology extends Topology {
  /** Who owns a slot now. */
  ownerOf(slot: number): Endpoint | undefined
  /** Whether a node is known as a master, and serves. */
  serves(target: Endpoint): boolean
}

/** How often a command is redirected, where a host has no option for it, or none is given. */
export const MOST_REDIRECTS = 16

/** How long a node may take to connect to which a command was redirected, in milliseconds. */
export const CONNECT_WITHIN_MS = 2_000

/** A redirect that names no host leads to another port of the host that was asked: the same with that host in it. */
export function namedRedirect(error: unknown, askedHost: string | undefined): unknown {
  if (!(error instanceof Error) || askedHost === undefined) return error
  const [, words, port] = /^((?:MOVED|ASK) \d{1,5} )(:\d{1,5})$/.exec(error.message) ?? []
  return words === undefined ? error : new Error(`${words}${askedHost}${port}`, { cause: error })
}

/** Reads where a command belongs from an answer of a node. */
export function toRedirect(error: unknown): Redirect | undefined {
  if (!(error instanceof Error)) return undefined
  const [, kind, slot, place = ''] = /^(MOVED|ASK) (\d{1,5}) (\S+)/.exec(error.message) ?? []
  const target = toEndpoint(place)
  if (target === undefined) return undefined
  return { kind: kind === 'ASK' ? 'ASK' : 'MOVED', slot: Number(slot), target }
}

/** Has a slot change its owner as soon as a node says so, where that is known to serve. */
export class RedirectFollower {
  readonly #clock: Clock
  readonly #topology: RedirectedTopology
  readonly #moves: SlotMoves
  readonly #settling: SettlingSlots

  constructor(clock: Clock, { topology, moves }: { topology: RedirectedTopology; moves: SlotMoves }) {
    this.#clock = clock
    this.#topology = topology
    this.#moves = moves
    this.#settling = new SettlingSlots(clock)
  }

  /** Resolves with whether the table now says what a node said with MOVED. Where it does not, a look is needed. */
  async follow({ slot, target }: Redirect): Promise<boolean> {
    const place = placeOf(target)
    const owner = this.#topology.ownerOf(slot)
    if (owner !== undefined && placeOf(owner) === place) return true
    const { times, pauseMs } = this.#settling.note(slot)
    if (pauseMs > 0) await pause(this.#clock, pauseMs, true)
    if (times > 2 || !this.#topology.serves(target)) return false
    const slots = [{ from: slot, to: slot }]
    await this.#topology.prepare(target, CONNECT_WITHIN_MS, slots)
    this.#topology.assign(target, slots)
    this.#moves.redirected(slot, place)
    return true
  }
}
