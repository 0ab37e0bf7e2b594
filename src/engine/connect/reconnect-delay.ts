import type { HostModule, HostSocketOptions } from '../../adapters/node-redis/host.js'
import type { Random } from '../../base/random.js'
import type { ReconnectDecision } from '../link/shell.js'
import { isOutage } from './outage.js'

/** A decision, and what the user's strategy threw while making it. */
export type StrategyAnswer = ReconnectDecision & { readonly thrown?: unknown }

const FIRST_DELAY_MS = 50
const LONGEST_DELAY_MS = 2_000
const JITTER_MS = 200

/**
 * Asks the user's reconnect strategy, with the meaning that the host gives it: `false` and errors end all attempts, a
 * strategy that throws or answers nonsense is replaced by the default one for that time.
 */
export function askStrategy(
  host: HostModule,
  strategy: HostSocketOptions['reconnectStrategy'],
  { retries, cause, random }: { retries: number; cause: unknown; random: Random },
): StrategyAnswer {
  if (strategy === undefined) return defaultDecision(host, { retries, cause, random })
  try {
    const answer = typeof strategy === 'function' ? strategy(retries, cause as Error) : strategy
    if (answer === false) return { giveUp: cause }
    if (answer instanceof Error) return { giveUp: new host.ReconnectStrategyError(answer, cause as Error) }
    if (typeof answer === 'number') return { afterMs: answer }
    throw new TypeError(`Reconnect strategy should return \`false | Error | number\`, got ${String(answer)} instead`)
  } catch (thrown) {
    return { ...defaultDecision(host, { retries, cause: thrown, random }), thrown }
  }
}

/**
 * The default: none after the host's own idle timeout, as with the host. While the server is away the database's own pace
 * counts; what else keeps a client from connecting is tried again after 50 ms to 2 s and up to 200 ms of jitter.
 */
function defaultDecision(
  host: HostModule,
  { retries, cause, random }: { retries: number; cause: unknown; random: Random },
): ReconnectDecision {
  if (cause instanceof host.SocketTimeoutError) return { giveUp: cause }
  if (isOutage(host, cause)) return { afterMs: 0 }
  const delayMs = Math.min(2 ** retries * FIRST_DELAY_MS, LONGEST_DELAY_MS)
  return { afterMs: delayMs + Math.floor(random() * JITTER_MS) }
}
