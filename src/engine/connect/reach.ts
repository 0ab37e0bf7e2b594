import { isIP } from 'node:net'
import { toRoute } from '../../core/decide/route.js'
import type { Way } from '../../core/target.js'
import { type AddressBook, addressBookOf } from '../database/address-book.js'
import type { Context } from '../database/context.js'
import type { PrimarySource } from '../database/primary-source.js'
import { isWorthAStep, resolveNow, stepTimeout } from './address-steps.js'
import type { ConnectionRequest } from './connection-request.js'

/** The connection of a request to one of its addresses. */
export interface Step extends ConnectionRequest {
  readonly way: Way | undefined
  /** Aborted when the request is given up. */
  readonly signal: AbortSignal
  readonly book: AddressBook | undefined
}

/** Who makes the connections. */
export interface Reacher {
  readonly context: Context
  /** Connects by one way. When it rejects, nothing is left of it. */
  readonly attempt: (step: Step) => Promise<void>
}

/** Connects to what a request leads to. */
export function reach(request: Step, reacher: Reacher): Promise<void> {
  const { source } = reacher.context.database
  const isFollowed = source !== undefined && request.route.type === 'configured'
  return isFollowed ? reachPrimary(request, reacher, source) : reachPlace(request, reacher)
}

/** One node after the other that is named as the primary, until one says that it is. */
async function reachPrimary(request: Step, reacher: Reacher, source: PrimarySource): Promise<void> {
  const { clock, target, host } = reacher.context
  const startedAt = clock.now()
  const named = await source.resolve()
  for (const [index, endpoint] of named.entries()) {
    const steps = named.length - index
    const leftMs = startedAt + request.withinMs - clock.now()
    const connectTimeoutMs = stepTimeout({ connectTimeoutMs: target.connectTimeoutMs, spentMs: 0, leftMs, steps })
    const isAddress = isIP(endpoint.host) !== 0
    const way = isAddress ? { address: endpoint.host, connectTimeoutMs } : undefined
    const book = isAddress ? undefined : addressBookOf(clock, { ...target, ...endpoint, path: undefined })
    try {
      await reachPlace({ ...request, route: toRoute(endpoint), requirePrimary: true, way, book }, reacher)
      return source.confirm(endpoint)
    } catch (error) {
      if (steps === 1 || request.signal.aborted || !isWorthAStep(error, host)) throw error
    }
  }
}

/** One address of a name after the other, until one can be reached. */
async function reachPlace(request: Step, { context, attempt }: Reacher): Promise<void> {
  const { book, avoid, replaces, requirePrimary = false, withinMs } = request
  if (book === undefined) return attempt(request)
  const { clock, target, host } = context
  const startedAt = clock.now()
  const { addresses } = await resolveNow(book, host)
  const spentMs = clock.now() - startedAt
  // While a connection serves, an address that failed or is gone is no better. In a search, any address may lead to
  // the primary.
  const onlyBest = replaces !== undefined && !requirePrimary
  const ranked = book.rank(addresses, { avoid, onlyBest })
  const { connectTimeoutMs: configuredMs } = target
  for (const [index, address] of ranked.entries()) {
    const steps = ranked.length - index
    const leftMs = startedAt + withinMs - clock.now()
    const connectTimeoutMs = stepTimeout({ connectTimeoutMs: configuredMs, spentMs, leftMs, steps })
    try {
      return await attempt({ ...request, way: { address, connectTimeoutMs } })
    } catch (error) {
      if (steps === 1 || request.signal.aborted || !isWorthAStep(error, host)) throw error
    }
  }
}
