import type { RealNode } from './redis-cluster-node.js'

/** How many slots a cluster has. */
export const SLOTS = 16_384

const MIGRATE_TIMEOUT_MS = '5000'

/** A slot that moves. */
export interface SlotMove {
  readonly slot: number
  readonly source: RealNode
  readonly to: RealNode
  /** The primaries that have nothing to do with it. */
  readonly others: readonly RealNode[]
  readonly keysAtOnce: number
  readonly onMigrating?: ((slot: number) => Promise<void>) | undefined
}

/** Moves a slot, in the order of `redis-cli --cluster reshard`: the destination owns it before the source lets go. */
export async function moveSlot({ slot, source, to, others, keysAtOnce, onMigrating }: SlotMove): Promise<void> {
  const setSlot = (node: RealNode, ...rest: readonly string[]): Promise<unknown> =>
    node.ask('CLUSTER', 'SETSLOT', String(slot), ...rest)
  await setSlot(to, 'IMPORTING', source.id)
  await setSlot(source, 'MIGRATING', to.id)
  await onMigrating?.(slot)
  for (;;) {
    const keys = await source.ask('CLUSTER', 'GETKEYSINSLOT', String(slot), String(keysAtOnce))
    if (!Array.isArray(keys) || keys.length === 0) break
    await source.ask('MIGRATE', to.host, String(to.port), '', '0', MIGRATE_TIMEOUT_MS, 'KEYS', ...keys.map(String))
  }
  await setSlot(to, 'NODE', to.id)
  await setSlot(source, 'NODE', to.id)
  await Promise.all(others.map(other => setSlot(other, 'NODE', to.id)))
}
