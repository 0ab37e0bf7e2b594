import type { Clock } from '../../../base/clock.js'
import { type Endpoint, placeOf, toEndpoint } from '../../../base/endpoint.js'
import { type Expiring, ExpiringMap } from '../../../base/expiring-map.js'
import { pause } from '../../../base/pause.js'
import type { SlotMoves } from '../../../engine/cluster/slot-moves.js'
import type { HostClient } from '../internals.js'
import type { HostCluster } from './cluster-seams.js'
import type { HostTopology } from './host-topology.js'

/** Where a node said that a command belongs. */
interface Redirect {
  readonly kind: 'MOVED' | 'ASK'
  readonly slot: number
  readonly target: Endpoint
}

/** How often a command is redirected, as with the host. */
const MOST_REDIRECTS = 16

/** Two nodes that send a slot to each other are asked less and less often; in milliseconds. */
const SETTLING = { rememberedMs: 2_000, pauseMs: 50 } as const

/** Reads where a command belongs from an answer of a node. */
function toRedirect(error: unknown): Redirect | undefined {
  if (!(error instanceof Error)) return undefined
  const [, kind, slot, place = ''] = /^(MOVED|ASK) (\d{1,5}) (\S+)/.exec(error.message) ?? []
  const target = toEndpoint(place)
  if (target === undefined) return undefined
  return { kind: kind === 'ASK' ? 'ASK' : 'MOVED', slot: Number(slot), target }
}

/** What redirects of one cluster lead to: the slot changes its owner at once where that is known, and one look follows. */
export class Redirects {
  readonly #clock: Clock
  readonly #cluster: HostCluster
  readonly #topology: HostTopology
  readonly #moves: SlotMoves
  /** What nodes answered, until the host asks for the topology because of it. */
  readonly #answers = new WeakMap<object, Redirect[]>()
  readonly #changed = new ExpiringMap<number, Expiring & { readonly times: number }>(1_024)

  constructor(clock: Clock, cluster: HostCluster, { topology, moves }: { topology: HostTopology; moves: SlotMoves }) {
    this.#clock = clock
    this.#cluster = cluster
    this.#topology = topology
    this.#moves = moves
  }

  /** A command failed on a node. */
  note(client: HostClient, error: unknown): void {
    const redirect = toRedirect(error)
    if (redirect?.kind !== 'MOVED') return
    const known = this.#answers.get(client)
    if (known === undefined) this.#answers.set(client, [redirect])
    else known.push(redirect)
  }

  /** The host wants to look since a node redirected a command. Resolves with whether it need not. */
  async settles(client: object | undefined): Promise<boolean> {
    const redirect = client && this.#answers.get(client)?.shift()
    return redirect !== undefined && this.#follow(redirect)
  }

  /** Sends an item of a pipeline, that a node has refused, where it belongs; `undefined` where no node said so. */
  again(error: unknown, send: (client: HostClient, options: object) => Promise<unknown>): Promise<unknown> | undefined {
    const redirect = toRedirect(error)
    return redirect && this.#send(redirect, send)
  }

  async #send(first: Redirect, send: (client: HostClient, options: object) => Promise<unknown>): Promise<unknown> {
    let redirect: Redirect = first
    for (let count = 1; ; count += 1) {
      const client = await this.#clientFor(redirect)
      try {
        if (redirect.kind === 'MOVED') return await send(client, {})
        const chainId = Symbol('asking')
        const [, reply] = await Promise.all([client.sendCommand(['ASKING'], { chainId }), send(client, { chainId })])
        return reply
      } catch (error) {
        const next = toRedirect(error)
        if (next === undefined || count >= MOST_REDIRECTS) throw error
        redirect = next
      }
    }
  }

  async #clientFor(redirect: Redirect): Promise<HostClient> {
    const { _slots: slots } = this.#cluster
    const { kind, slot, target } = redirect
    if (kind === 'MOVED') {
      if (!(await this.#follow(redirect))) await slots.rediscover()
      const owner = slots.slots[slot]?.master
      if (owner !== undefined) return slots.nodeClient(owner)
    }
    await this.#topology.prepare(target, SETTLING.rememberedMs)
    const node = this.#topology.find(target)
    if (node === undefined) throw new Error(`Cannot find node ${placeOf(target)}`)
    return slots.nodeClient(node)
  }

  /** Resolves with whether the table now says what the node said. */
  async #follow({ slot, target }: Redirect): Promise<boolean> {
    const place = placeOf(target)
    const owner = this.#topology.ownerOf(slot)
    if (owner !== undefined && placeOf(owner) === place) return true
    const now = this.#clock.now()
    const times = this.#changed.get(slot, now)?.times ?? 0
    this.#changed.set(slot, { times: times + 1, expiresAt: now + SETTLING.rememberedMs }, now)
    if (times > 1) await pause(this.#clock, SETTLING.pauseMs * Math.min(times, 4), true)
    if (times > 2 || !this.#topology.serves(target)) return false
    this.#topology.assign(target, [{ from: slot, to: slot }])
    this.#moves.redirected(slot, place)
    return true
  }
}
