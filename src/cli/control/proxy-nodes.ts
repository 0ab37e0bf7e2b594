import { isIPv4 } from 'node:net'
import type { Endpoint } from '../../base/endpoint.js'
import { isHitlessError } from '../../base/errors.js'
import { acceptOptIn, actAsCluster } from '../../simulator/proxy/default-interceptors.js'
import type { ProxyInterceptor } from '../../simulator/proxy/interceptor-chain.js'
import { ProxyNode } from '../../simulator/proxy/proxy-node.js'
import { ControlError } from './control-error.js'

/** Where a node listens, and what it stands in front of. */
export interface ProxyPlan {
  readonly port: number
  /** The host that `CLUSTER SLOTS` names. */
  readonly announced: string
  readonly target: Endpoint
  readonly idleMs: number
}

/** A node, with the host that clients are told. */
export interface ProxyPlace {
  readonly id: string
  readonly node: ProxyNode
  readonly announced: string
}

/** What was done to one connection. */
export type SendResult =
  | { readonly success: true; readonly connectionId: string }
  | { readonly success: false; readonly connectionId: string; readonly error: string }

/** More at once are refused. */
const MOST_NODES = 64
const MOST_INTERCEPTORS = 200

/** Nodes in front of servers, which pass everything on but for what they were told to answer by themselves. */
export class ProxyNodes {
  readonly #isOpen: boolean
  readonly #places = new Map<string, ProxyPlace>()
  #connections = 0

  /** @param isOpen - Whether nodes may listen elsewhere than on this machine's own addresses. */
  constructor(isOpen = false) {
    this.#isOpen = isOpen
  }

  all(): readonly ProxyPlace[] {
    return [...this.#places.values()]
  }

  /** Starts a node. Throws {@link ControlError} where its port is taken, or there are too many. */
  async add({ port, announced, target, idleMs }: ProxyPlan): Promise<ProxyPlace> {
    if (this.#places.size >= MOST_NODES) throw new ControlError(409, 'TOO_MANY_NODES', `There are ${MOST_NODES} nodes`)
    const host = this.#isOpen || isLoopback(announced) ? announced : '127.0.0.1'
    const nextConnectionId = (): number => {
      this.#connections += 1
      return this.#connections
    }
    const node = new ProxyNode({ host, port, target, idleMs, nextConnectionId })
    try {
      await node.open()
    } catch (error) {
      if (!isHitlessError(error, 'SIMULATOR_UNAVAILABLE')) throw error
      throw new ControlError(409, 'PORT_UNAVAILABLE', error.message)
    }
    const id = `${target.host}:${target.port}@${node.endpoint.port}`
    const place = { id, node, announced }
    this.#places.set(id, place)
    this.#applyDefaults()
    return place
  }

  /** Ends a node and its connections. Returns whether there was one. */
  async remove(id: string): Promise<boolean> {
    const place = this.#places.get(id)
    this.#places.delete(id)
    await place?.node.dispose()
    return place !== undefined
  }

  /** Puts an interceptor into the nodes that there are. */
  intercept(interceptor: ProxyInterceptor): void {
    const isFull = this.all().some(({ node }) => node.interceptors.size >= MOST_INTERCEPTORS)
    if (isFull) throw new ControlError(409, 'TOO_MANY_INTERCEPTORS', `A node has ${MOST_INTERCEPTORS} interceptors`)
    for (const { node } of this.all()) node.interceptors.put(interceptor)
  }

  /** Writes bytes to connections; all without ids. Ids that there are not are missing from the results. */
  send(bytes: Buffer, ids?: readonly string[]): Promise<readonly SendResult[]> {
    const wanted = ids === undefined ? undefined : new Set(ids)
    const meant = this.all().flatMap(({ node }) =>
      node.connections().flatMap(({ id }) => (wanted?.has(String(id)) === false ? [] : [{ node, id }])),
    )
    return Promise.all(meant.map(({ node, id }) => sendTo(node, id, bytes)))
  }

  /** Ends a connection. Returns whether there was one. */
  closeConnection(id: string): boolean {
    return this.all().some(({ node }) => node.closeConnection(Number(id)))
  }

  async dispose(): Promise<void> {
    await Promise.all(this.all().map(({ id }) => this.remove(id)))
  }

  #applyDefaults(): void {
    const slots = this.all().map(({ node, announced }) => ({ host: announced, port: node.endpoint.port }))
    for (const { node } of this.all()) {
      node.interceptors.put(acceptOptIn)
      node.interceptors.put(actAsCluster(slots))
    }
  }
}

async function sendTo(node: ProxyNode, id: number, bytes: Buffer): Promise<SendResult> {
  const connectionId = String(id)
  const written = await node.send(id, bytes)
  return written ? { success: true, connectionId } : { success: false, error: 'The connection ended', connectionId }
}

/** Whether a host is this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}
