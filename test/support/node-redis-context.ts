import * as redis from '@redis/client'
import { createHostClient } from '../../src/adapters/node-redis/internals.js'
import { hostErrors, NodeRedisHost } from '../../src/adapters/node-redis/node-redis-host.js'
import { type GivenOptions, settleOptions, takeOptions } from '../../src/adapters/node-redis/options.js'
import { systemClock } from '../../src/base/clock.js'
import { systemRandom } from '../../src/base/random.js'
import { CONFIGURED } from '../../src/core/decide/route.js'
import { createHooks } from '../../src/core/events/hooks.js'
import { createTell } from '../../src/core/events/tell.js'
import type { Context } from '../../src/engine/database/context.js'
import { DatabaseRegistry } from '../../src/engine/database/database-registry.js'
import { Connection } from '../../src/engine/session/connection.js'

/** What a client of `@redis/client` with some options works with, without a client; its database is its own. */
export function createContext(given: GivenOptions): Context {
  const { host: options, maint, target } = takeOptions(given)
  const [clock, random] = [systemClock, systemRandom]
  const { hostOptions, offReason } = settleOptions(redis, options, { maint, random })
  const host = new NodeRedisHost({
    module: redis,
    errors: hostErrors(redis),
    createClient: own => createHostClient(redis, own),
    options: hostOptions,
    tlsNameFromTarget: maint.tlsNameFromTarget,
    random,
  })
  const database = new DatabaseRegistry({ clock, random }).for('own', { target, maint })
  const hooks = createHooks(clock)
  return { host, target, clock, random, hooks, tell: createTell(hooks, clock), maint, offReason, database }
}

/** A connection of `@redis/client` that belongs to no link; it is not connected yet. */
export function createConnection(given: GivenOptions): Connection {
  const plan = { id: 1, route: CONFIGURED, way: undefined, database: undefined, keepsAlive: true }
  const listener = {
    onConnect() {},
    onLost() {},
    onMessage() {},
    onError() {},
    onPush: () => false,
    onHostEvent() {},
  }
  return new Connection(createContext(given), plan, listener)
}
