import { splitOptions } from '../../core/options/own-options.js'
import {
  createOffMaint,
  createOffPoolMaint,
  type OffClient,
  type OffFacts,
  type OffPool,
} from '../../engine/maint/off-maint.js'
import type { FacadeClient, Surroundings } from './client.js'
import type { FacadePool, PoolRequest } from './client-pool.js'
import { type HostModule, type HostOptions, targetOf } from './host-module.js'
import { type HostCommandOptions, prototypeOf } from './internals.js'
import { type GivenOptions, type TakenOptions, takeOptions } from './options.js'

/** The host's own client, or a view of it, with a `maint` member. */
interface HostClient extends OffClient {
  readonly _commandOptions?: HostCommandOptions
  duplicate(overrides?: object): HostClient
  createPool(options?: object): OffPool
}

/** Options with everything off, and the reason, as one sentence. */
export type OffOptions = TakenOptions & { readonly off: string }
type OffPoolRequest = PoolRequest & { readonly taken: OffOptions }

/** Makes the host's own client, with a `maint` member that emits nothing. */
export function openOffClient(host: HostModule, taken: OffOptions, surroundings: Surroundings): FacadeClient {
  const client = host.createClient({ ...taken.host } as never) as unknown as FacadeClient
  // The host's views inherit from the same object as the client.
  addMaint(prototypeOf(client) as HostClient, taken, surroundings)
  return client
}

/** Makes the host's own pool, with a `maint` member that emits nothing. */
export function openOffPool(host: HostModule, { taken, poolOptions, surroundings }: OffPoolRequest): FacadePool {
  const pool = host.createClientPool({ ...taken.host } as never, poolOptions as never)
  return addPoolMaint(pool, factsOf(taken, surroundings)) as unknown as FacadePool
}

/** What the host makes from a client has `maint` as well. */
function addMaint(proper: HostClient, taken: OffOptions, surroundings: Surroundings): HostClient {
  const { duplicate, createPool } = proper
  const facts = factsOf(taken, surroundings)
  return define(proper, {
    maint: createOffMaint(facts, proper),
    duplicate(this: HostClient, overrides: GivenOptions = {}): unknown {
      const own = this._commandOptions && { commandOptions: this._commandOptions }
      const given = { ...taken.given, ...own, ...overrides }
      const { off } = takeOptions(given)
      if (off === undefined) return surroundings.duplicate(given)
      const { plain } = splitOptions<HostOptions>(overrides)
      const host = { ...taken.host, ...plain }
      return addMaint(duplicate.call(this, plain), { ...taken, given, host, off, target: targetOf(host) }, surroundings)
    },
    createPool(this: HostClient, options?: object): OffPool {
      return addPoolMaint(createPool.call(this, options), facts)
    },
  })
}

function addPoolMaint<P extends OffPool>(pool: P, facts: OffFacts): P {
  define(prototypeOf(pool), { maint: createOffPoolMaint(facts, pool) })
  return pool
}

function factsOf({ off, target }: OffOptions, { clock }: Surroundings): OffFacts {
  return { reason: off, host: target.host, clock }
}

function define<T extends object>(target: T, members: object): T {
  return Object.defineProperties(target, Object.getOwnPropertyDescriptors(members))
}
