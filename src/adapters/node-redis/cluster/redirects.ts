import type { Clock } from '../../../base/clock.js'
import { type Endpoint, placeOf, toEndpoint } from '../../../base/endpoint.js'
import { pause } from '../../../base/pause.js'
import { SettlingSlots } from '../../../engine/cluster/settling-slots.js'
import type { SlotMoves } from '../../../engine/cluster/slot-moves.js'
import type { HostClient, HostCommandOptions } from '../internals.js'
import type { HostCluster } from './cluster-seams.js'
import type { HostTopology } from './host-topology.js'
import { isUnsent } from './let-go.js'

/** Where a node said that a command belongs. */
interface Redirect {
  readonly kind: 'MOVED' | 'ASK'
  readonly slot: number
  readonly target: Endpoint
}

/** Sends a command to the client of a node. */
type Send = (client: HostClient, options: object) => Promise<unknown>

/** How often a command is redirected, as with the host. */
const MOST_REDIRECTS = 16

/** How long a node may take to connect to which a command was redirected, in milliseconds. */
const CONNECT_WITHIN_MS = 2_000

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
  /** How many commands of a client the host wants to look for that need no look: what their node said is done already. */
  readonly #done = new WeakMap<object, number>()
  readonly #settling: SettlingSlots

  constructor(clock: Clock, cluster: HostCluster, { topology, moves }: { topology: HostTopology; moves: SlotMoves }) {
    this.#clock = clock
    this.#settling = new SettlingSlots(clock)
    this.#cluster = cluster
    this.#topology = topology
    this.#moves = moves
  }

  /** A node refused a command, which the host tries again. Follows what the node said, so that the host need not look. */
  async follow(client: HostClient, error: unknown): Promise<void> {
    const redirect = toRedirect(error)
    if (redirect === undefined) return
    if (redirect.kind === 'MOVED') return (await this.#follow(redirect)) ? this.#skipLook(client) : undefined
    // The host knows it by then, and goes there.
    await this.#topology.prepare(redirect.target, CONNECT_WITHIN_MS, [])
  }

  /** The error on which the host chooses the node of a command again, which was never written as its node has left. */
  left(client: HostClient): Error {
    this.#skipLook(client)
    return new Error('MOVED since its node has left the cluster')
  }

  #skipLook(client: object): void {
    this.#done.set(client, (this.#done.get(client) ?? 0) + 1)
  }

  /** The host wants to look since a node redirected a command. Returns whether it need not; true once for each such command. */
  needsNoLook(client: object | undefined): boolean {
    const count = (client && this.#done.get(client)) ?? 0
    if (client === undefined || count === 0) return false
    this.#done.set(client, count - 1)
    return true
  }

  /** Sends an item of a pipeline, that a node has refused or was never sent, where it belongs; `undefined` where that is unknown. */
  again(error: unknown, send: Send, options: HostCommandOptions | undefined): Promise<unknown> | undefined {
    // The host notes it on the commands of a block.
    const { slotNumber } = options ?? {}
    const owner = isUnsent(error) && typeof slotNumber === 'number' ? this.#topology.ownerOf(slotNumber) : undefined
    if (owner !== undefined)
      return this.#repeat(() => this.#cluster._slots.nodeClient(owner).then(client => send(client, {})), send)
    const redirect = toRedirect(error)
    return redirect && this.#repeat(() => this.#redirected(redirect, send), send)
  }

  async #repeat(attempt: () => Promise<unknown>, send: Send): Promise<unknown> {
    let next = attempt
    for (let count = 1; ; count += 1) {
      try {
        return await next()
      } catch (error) {
        const redirect = toRedirect(error)
        if (redirect === undefined || count >= MOST_REDIRECTS) throw error
        next = () => this.#redirected(redirect, send)
      }
    }
  }

  async #redirected(redirect: Redirect, send: Send): Promise<unknown> {
    const client = await this.#clientFor(redirect)
    if (redirect.kind === 'MOVED') return send(client, {})
    const chainId = Symbol('asking')
    const [, reply] = await Promise.all([client.sendCommand(['ASKING'], { chainId }), send(client, { chainId })])
    return reply
  }

  async #clientFor(redirect: Redirect): Promise<HostClient> {
    const { _slots: slots } = this.#cluster
    const { kind, slot, target } = redirect
    if (kind === 'MOVED') {
      if (!(await this.#follow(redirect))) await slots.rediscover()
      const owner = slots.slots[slot]?.master
      if (owner !== undefined) return slots.nodeClient(owner)
    }
    await this.#topology.prepare(target, CONNECT_WITHIN_MS, [])
    const node = this.#topology.find(target)
    if (node === undefined) throw new Error(`Cannot find node ${placeOf(target)}`)
    return slots.nodeClient(node)
  }

  /** Resolves with whether the table now says what the node said. */
  async #follow({ slot, target }: Redirect): Promise<boolean> {
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
