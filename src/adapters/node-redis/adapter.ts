import type { EventEmitter } from 'node:events'
import { systemClock } from '../../base/clock.js'
import { systemRandom } from '../../base/random.js'
import { createHooks } from '../../core/hooks.js'
import { installFacade } from './facade.js'
import { createHostClient, factoryOf, type HostModule } from './host.js'
import { assertHostSupported } from './internals.js'
import { Lifecycle } from './lifecycle.js'
import { createMaint, type Maint } from './maint.js'
import { type GivenOptions, settleOptions, takeOptions } from './options.js'
import { NodeRedisSlot, type SlotListener } from './slot.js'

/** A client as the adapter makes it, whatever its static type. */
export type FacadeClient = EventEmitter & { readonly maint: Maint }

/** Makes clients over one version of the host library. */
export interface NodeRedisAdapter {
  /**
   * @throws HitlessError `OPTIONS_INVALID`, `MAINT_UNSUPPORTED` or `HOST_UNSUPPORTED`.
   */
  createClient(options?: GivenOptions): FacadeClient
}

/** Creates an adapter. Passing the module in lets one adapter serve, and be tested over, every version of it. */
export function createNodeRedisAdapter(host: HostModule): NodeRedisAdapter {
  const adapter: NodeRedisAdapter = {
    createClient(options = {}) {
      const given = { ...options }
      const taken = takeOptions(given)
      const client = createHostClient(host, taken.host)
      assertHostSupported(client)
      // One cache for all connections: typed commands read it here, and each connection is told of changes.
      const cache = client.clientSideCache && { clientSideCache: client.clientSideCache }
      const settings = settleOptions(host, { ...client.options, ...cache }, taken.maint)
      const hooks = createHooks()
      const emit = (event: string, ...args: readonly unknown[]): void => emitSafely(client, event, args)
      const listener: SlotListener = {
        announce(event, ...args) {
          if (event === 'error' && lifecycle.isConnecting && client.listenerCount('error') === 0) giveUp(args[0])
          else emit(event, ...args)
        },
        settled: failure => lifecycle.settle(failure),
      }
      const slot = new NodeRedisSlot({
        host,
        createClient: factoryOf(client),
        settings,
        clock: systemClock,
        random: systemRandom,
        hooks,
        listener,
      })
      const lifecycle = new Lifecycle({ host, slot, client, announce: emit })
      // Nobody would learn of further attempts: like the host's, the promise of `connect` tells of the first failure.
      const giveUp = (error: unknown): void => {
        lifecycle.settle({ error })
        slot.shell.send({ type: 'close' })
        slot.traffic.close(error)
        slot.connections.endAll()
      }
      const maint = createMaint(settings.maint.mode, hooks, slot)
      installFacade(client, {
        slot,
        lifecycle,
        maint,
        duplicate: overrides => adapter.createClient({ ...given, ...overrides }),
        createPool: poolOptions => host.createClientPool({ ...taken.host } as never, poolOptions as never),
      })
      return client as unknown as FacadeClient
    },
  }
  return adapter
}

/** Emits an event of the host. What a listener throws is the process's business, as with the host, but not ours. */
function emitSafely(client: EventEmitter, event: string, args: readonly unknown[]): void {
  try {
    client.emit(event, ...args)
  } catch (error) {
    process.nextTick(() => {
      throw error
    })
  }
}
