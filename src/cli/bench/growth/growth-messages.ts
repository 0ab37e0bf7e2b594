/** What one process of the growth benchmark is to do. */
export interface GrowthOrder {
  readonly url: string
  readonly connections: number
}

/** What it tells its parent: that everything is connected, and at the end what it took. */
export type GrowthReport = { readonly type: 'connected' } | ({ readonly type: 'moved' } & GrowthCost)

/** What a pool of some size took; times in milliseconds. */
export interface GrowthCost {
  readonly connectMs: number
  /** From the first word of the move to the last connection that moved. */
  readonly moveMs: number
  /** Time on the processor for the same. */
  readonly moveCpuMs: number
  /** What the heap and its buffers hold more than before, once everything has moved. */
  readonly bytes: number
}
