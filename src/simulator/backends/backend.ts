import type { Clock } from '../../base/clock.js'
import { Store } from '../store/store.js'
import type { Backend } from './line.js'
import { StoreLine } from './store-line.js'

/** Which data set is behind the nodes. */
export type BackendOptions = { readonly kind: 'store' }

/** Starts a back end. */
export async function createBackend(options: BackendOptions, clock: Clock): Promise<Backend> {
  const store = new Store(clock)
  return { kind: options.kind, open: sink => new StoreLine(store, sink), dispose: () => Promise.resolve() }
}
