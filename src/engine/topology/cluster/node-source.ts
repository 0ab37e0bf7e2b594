import { type Endpoint, sameEndpoint } from '../../../base/endpoint.js'
import type { PrimaryListener, PrimarySource } from '../../database/primary-source.js'

/** The nodes that may carry the channels and patterns of a cluster: any of its masters. */
export interface SubscriberNodes {
  /** Where they are dialled, the one that is chosen first. */
  list(): readonly Endpoint[]
  /** A connection was made to a node. */
  choose(endpoint: Endpoint): void
}

/** Leads the subscriber of a cluster to a node of it, and to the next one before that node is left. */
export class NodeSource implements PrimarySource {
  readonly sentinel = undefined
  readonly replicas: readonly Endpoint[] = []
  readonly #nodes: SubscriberNodes
  readonly #listener: PrimaryListener

  constructor(nodes: SubscriberNodes, listener: PrimaryListener) {
    this.#nodes = nodes
    this.#listener = listener
  }

  async resolve(): Promise<readonly Endpoint[]> {
    return this.#nodes.list()
  }

  confirm(endpoint: Endpoint): void {
    const [chosen] = this.#nodes.list()
    if (chosen === undefined || !sameEndpoint(chosen, endpoint)) this.#nodes.choose(endpoint)
  }

  unconfirmed(cause: unknown): Error {
    return cause instanceof Error ? cause : new Error('No master of the cluster can carry its channels', { cause })
  }

  /** The node is about to leave the cluster. */
  switchTo(endpoint: Endpoint): void {
    this.#listener.onSwitch(endpoint)
  }

  async listReplicas(): Promise<void> {
    // Replicas carry no channels here.
  }

  listen(): () => void {
    return () => {}
  }

  start(): void {
    // The cluster follows its topology by itself.
  }

  stop(): void {
    // As above.
  }
}
