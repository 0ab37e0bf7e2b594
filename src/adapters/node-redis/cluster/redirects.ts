import type { Clock } from '../../../base/clock.js'
import { placeOf } from '../../../base/endpoint.js'
import { awaitKeys, isHalfMoved } from '../../../engine/topology/cluster/half-moved.js'
import {
  CONNECT_WITHIN_MS,
  MOST_REDIRECTS,
  type Redirect,
  RedirectFollower,
  toRedirect,
} from '../../../engine/topology/cluster/redirect-follower.js'
import type { SlotMoves } from '../../../engine/topology/cluster/slot-moves.js'
import { isUnsent } from '../../../engine/topology/cluster/unsent.js'
import type { HostClient, HostCommandOptions } from '../internals.js'
import type { HostCluster } from './cluster-seams.js'
import type { HostTopology } from './host-topology.js'

/** Sends a command to the client of a node. */
type Send = (client: HostClient, options: object) => Promise<unknown>

/** Sends something again that failed so often before. */
type Attempt = (failures: number) => Promise<unknown>

/** What redirects of one cluster lead to: the slot changes its owner at once where that is known, and one look follows. */
export class Redirects {
  readonly #clock: Clock
  readonly #cluster: HostCluster
  readonly #topology: HostTopology
  readonly #follower: RedirectFollower
  /** How many commands of a client the host wants to look for that need no look: what their node said is done already. */
  readonly #done = new WeakMap<object, number>()

  constructor(clock: Clock, cluster: HostCluster, slots: { topology: HostTopology; moves: SlotMoves }) {
    this.#clock = clock
    this.#cluster = cluster
    this.#topology = slots.topology
    this.#follower = new RedirectFollower(clock, slots)
  }

  /** A node refused a command, which the host tries again. Follows what the node said, so that the host need not look. */
  async follow(client: HostClient, error: unknown): Promise<void> {
    const redirect = toRedirect(error)
    if (redirect === undefined) return
    if (redirect.kind === 'MOVED') return (await this.#follower.follow(redirect)) ? this.#skipLook(client) : undefined
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
    const first = this.#elsewhere(error, send, options)
    return first && this.#repeat(first, send, options)
  }

  async #repeat(first: Attempt, send: Send, options: HostCommandOptions | undefined): Promise<unknown> {
    let attempt = first
    for (let failures = 0; ; failures += 1) {
      try {
        return await attempt(failures)
      } catch (error) {
        const next = failures + 1 < MOST_REDIRECTS ? this.#elsewhere(error, send, options) : undefined
        if (next === undefined) throw error
        attempt = next
      }
    }
  }

  #elsewhere(error: unknown, send: Send, options: HostCommandOptions | undefined): Attempt | undefined {
    const redirect = toRedirect(error)
    if (redirect !== undefined) return () => this.#redirected(redirect, send)
    // The host notes it on the commands of a block.
    const { slotNumber: slot } = options ?? {}
    const isHalf = isHalfMoved(error)
    if (typeof slot !== 'number' || !(isHalf || isUnsent(error))) return undefined
    return async failures => {
      if (isHalf) await awaitKeys(this.#clock, failures)
      const owner = this.#topology.ownerOf(slot)
      if (owner === undefined) throw error
      return send(await this.#cluster._slots.nodeClient(owner), {})
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
      if (!(await this.#follower.follow(redirect))) await slots.rediscover()
      const owner = slots.slots[slot]?.master
      if (owner !== undefined) return slots.nodeClient(owner)
    }
    await this.#topology.prepare(target, CONNECT_WITHIN_MS, [])
    const node = this.#topology.find(target)
    if (node === undefined) throw new Error(`Cannot find node ${placeOf(target)}`)
    return slots.nodeClient(node)
  }
}
