import { isIP } from 'node:net'
import { isHitlessError } from '../../base/errors.js'
import type { Signal } from '../../base/light-signal.js'
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
  readonly signal: Pick<Signal, 'aborted'>
  readonly book: AddressBook | undefined
  /** Whether it is asked nothing beside the handshake of the host. */
  readonly leavesOut: boolean
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
  const isLed = source?.leavesConnects !== true || request.replaces !== undefined
  return source !== undefined && isLed && request.route.type === 'configured'
    ? reachPrimary(request, reacher, source)
    : reachPlace(request, reacher)
}

/** One node after the other that is named as the primary, until one says that it is. */
async function reachPrimary(request: Step, reacher: Reacher, source: PrimarySource): Promise<void> {
  const { clock, target } = reacher.context
  const startedAt = clock.now()
  const endpoints = await source.resolve()
  await stepThrough(
    { request, context: reacher.context, startedAt, spentMs: 0 },
    endpoints,
    async (endpoint, within) => {
      const isAddress = isIP(endpoint.host) !== 0
      const way = isAddress ? { address: endpoint.host, connectTimeoutMs: within } : undefined
      const book = isAddress ? undefined : addressBookOf(clock, { ...target, ...endpoint, path: undefined })
      await reachPlace({ ...request, route: toRoute(endpoint), requirePrimary: true, way, book }, reacher)
      source.confirm(endpoint)
    },
  ).catch(error => {
    // Of a server at a configured place that is no news; of all that are named it means that there is no primary now.
    throw isHitlessError(error, 'NOT_PRIMARY') ? source.unconfirmed(error) : error
  })
}

function reachPlace(request: Step, reacher: Reacher): Promise<void> {
  return request.book === undefined ? reacher.attempt(request) : reachName(request, request.book, reacher)
}

/** One address of a name after the other, until one can be reached. */
async function reachName(request: Step, book: AddressBook, { context, attempt }: Reacher): Promise<void> {
  const { avoid, replaces, requirePrimary = false } = request
  const { clock, host } = context
  const startedAt = clock.now()
  const { addresses } = await resolveNow(book, host)
  const spentMs = clock.now() - startedAt
  // While a connection serves, an address that failed or is gone is no better. In a search, any address may lead to
  // the primary.
  const onlyBest = replaces !== undefined && !requirePrimary
  const ranked = book.rank(addresses, { avoid, onlyBest })
  await stepThrough({ request, context, startedAt, spentMs }, ranked, (address, connectTimeoutMs) =>
    attempt({ ...request, way: { address, connectTimeoutMs } }),
  )
}

/** What bounds the steps of one request. */
interface Steps {
  readonly request: Step
  readonly context: Context
  readonly startedAt: number
  /** How long it took to learn where the steps lead, in milliseconds. */
  readonly spentMs: number
}

/** Takes one step after the other, each with its share of the time, until one succeeds, or fails for a reason that ends all. */
async function stepThrough<T>(
  { request, context, startedAt, spentMs }: Steps,
  places: readonly T[],
  step: (place: T, connectTimeoutMs: number) => Promise<void>,
): Promise<void> {
  const { clock, target, host } = context
  const { connectTimeoutMs } = target
  for (const [index, place] of places.entries()) {
    const steps = places.length - index
    const leftMs = startedAt + request.withinMs - clock.now()
    try {
      return await step(place, stepTimeout({ connectTimeoutMs, spentMs, leftMs, steps }))
    } catch (error) {
      if (steps === 1 || request.signal.aborted || !isWorthAStep(error, host)) throw error
    }
  }
}
