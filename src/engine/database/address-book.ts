import { isIP } from 'node:net'
import type { Clock } from '../../base/clock.js'
import { canonicalHost } from '../../base/endpoint.js'
import { type Expiring, ExpiringMap } from '../../base/expiring-map.js'
import { SingleFlight } from '../../base/single-flight.js'
import type { Resolver, Target } from '../../core/target.js'
import { dnsResolver } from './dns-resolver.js'

/** The most addresses of each kind that are remembered as failed or gone. */
const MAX_MARKS = 256

/** How long an address counts as failed, and as gone by default, in milliseconds. */
const FAILED_MS = 60_000
const GONE_MS = 600_000

/** What a name leads to, and when that was asked. */
export interface Answer {
  /** At least one; in the order of the resolver, each once. */
  readonly addresses: readonly string[]
  /** When the question was asked, by the clock. */
  readonly at: number
}

/** What an address book needs. */
export interface AddressBookParts {
  readonly clock: Clock
  /** A host name, not an address. */
  readonly host: string
  readonly resolver: Resolver
}

/** How addresses are sorted. */
export interface RankOptions {
  /** Further addresses that count as gone. */
  readonly avoid?: readonly string[] | undefined
  /** Leaves out those that are worse than the best one. */
  readonly onlyBest?: boolean | undefined
}

/** What one host name leads to, and which of its addresses failed or are gone. Shared by all connections to it. */
export class AddressBook {
  readonly #parts: AddressBookParts
  readonly #failed = new ExpiringMap<string, Expiring>(MAX_MARKS)
  readonly #gone = new ExpiringMap<string, Expiring>(MAX_MARKS)
  readonly #asking = new SingleFlight<Answer>()
  #answer: Answer | undefined

  constructor(parts: AddressBookParts) {
    this.#parts = parts
  }

  /** Whether a name is the name of this book. */
  isFor(host: string): boolean {
    return canonicalHost(host) === canonicalHost(this.#parts.host)
  }

  /**
   * Resolves the name again, for all of its addresses. Calls during that time get the same answer.
   *
   * Rejects with the error of the resolver.
   *
   * @param maxAgeMs - The greatest age of a known answer, in milliseconds; 0 asks in any case.
   */
  async resolve({ maxAgeMs }: { readonly maxAgeMs: number }): Promise<Answer> {
    const known = this.#answer
    if (known !== undefined && this.#parts.clock.now() - known.at < maxAgeMs) return known
    return this.#asking.run(() => this.#ask())
  }

  /**
   * Sorts addresses: first those without a failure, then those that failed, then those that are gone or must be
   * avoided. Among equals the order stays.
   */
  rank(addresses: readonly string[], { avoid = [], onlyBest = false }: RankOptions = {}): readonly string[] {
    const now = this.#parts.clock.now()
    const avoided = new Set(avoid.map(canonicalHost))
    const blameOf = (address: string): number => {
      const key = canonicalHost(address)
      if (avoided.has(key) || this.#gone.has(key, now)) return 2
      return this.#failed.has(key, now) ? 1 : 0
    }
    const judged = addresses.map(address => ({ address, blame: blameOf(address) })).sort((a, b) => a.blame - b.blame)
    const best = judged[0]?.blame
    return judged.filter(({ blame }) => !onlyBest || blame === best).map(({ address }) => address)
  }

  /** Notes that an address could not be reached; forgotten after a minute. */
  markFailed(address: string): void {
    const now = this.#parts.clock.now()
    this.#failed.set(canonicalHost(address), { expiresAt: now + FAILED_MS }, now)
  }

  /** Notes that an address is gone. It is remembered for ten minutes by default. */
  markGone(address: string, forMs: number = GONE_MS): void {
    const now = this.#parts.clock.now()
    this.#gone.set(canonicalHost(address), { expiresAt: now + forMs }, now)
  }

  async #ask(): Promise<Answer> {
    const { clock, resolver } = this.#parts
    const at = clock.now()
    this.#answer = { addresses: await resolver.resolve(), at }
    return this.#answer
  }
}

/** The book of the name that a target has; `undefined` for an address and for a unix socket. */
export function addressBookOf(clock: Clock, target: Target): AddressBook | undefined {
  const { host } = target
  if (host === undefined || isIP(host) !== 0) return undefined
  return new AddressBook({ clock, host, resolver: dnsResolver(clock, { ...target, host }) })
}
