import { ADDRCONFIG, lookup as systemLookup } from 'node:dns'
import { isIP } from 'node:net'
import type { Clock } from '../../base/clock.js'
import { withDeadline } from '../../base/deadline.js'
import { canonicalHost } from '../../base/endpoint.js'
import type { Lookup, Target } from '../ports.js'

/** The most addresses of one answer that are considered. */
const MAX_ADDRESSES = 64

/** The most addresses of each kind that are remembered as failed or retired. */
const MAX_MARKS = 256

/** How long an address counts as failed, and as retired by default, in milliseconds. */
const FAILED_MS = 60_000
const RETIRED_MS = 600_000

/** How long an answer may take where a connection has no limit, in milliseconds; otherwise it may take as long as that. */
const NO_TIMEOUT_MS = 30_000
const DEFAULT_WITHIN_MS = 5_000

/** What a name leads to, and since when that is known. */
export interface Answer {
  /** At least one; in the order of the resolver, each once. */
  readonly addresses: readonly string[]
  /** When the question was asked, by the clock. */
  readonly at: number
}

/** What an address book is made of. */
export interface AddressBookParts {
  readonly clock: Clock
  /** A host name, not an address. */
  readonly host: string
  /** The user's own. Default: Node's. */
  readonly lookup?: Lookup | undefined
  /** What Node would pass on to the lookup besides `all`. */
  readonly family?: unknown
  readonly hints?: unknown
  /** How long an answer may take, in milliseconds. Default 5,000. */
  readonly withinMs?: number | undefined
}

/** How addresses are put in order. */
export interface RankOptions {
  /** Further addresses that count as retired. */
  readonly avoid?: readonly string[] | undefined
  /** Leaves out those that are worse than the best one. */
  readonly onlyBest?: boolean | undefined
}

/** What one host name leads to, and what became of those addresses lately. Shared by all connections to it. */
export class AddressBook {
  readonly #parts: AddressBookParts
  readonly #failed = new Marks()
  readonly #retired = new Marks()
  #answer: Answer | undefined
  #asking: Promise<Answer> | undefined

  constructor(parts: AddressBookParts) {
    this.#parts = parts
  }

  /** Whether a name is the one of this book. */
  isFor(host: string): boolean {
    return canonicalHost(host) === canonicalHost(this.#parts.host)
  }

  /**
   * Resolves the name with the user's own lookup, for all addresses. Questions that are asked meanwhile get the same
   * answer.
   *
   * Rejects with the error of the lookup, or one with the code `ENOTFOUND` for no address, `ETIMEOUT` for no answer.
   *
   * @param maxAgeMs - How old an answer may be that is known already, in milliseconds; 0 asks in any case.
   */
  async resolve({ maxAgeMs }: { readonly maxAgeMs: number }): Promise<Answer> {
    const known = this.#answer
    if (known !== undefined && this.#parts.clock.now() - known.at < maxAgeMs) return known
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  /**
   * Puts addresses in order: first those without blame, then those that failed, then those that were retired or are to be
   * avoided. Among equals the order stays.
   */
  rank(addresses: readonly string[], { avoid = [], onlyBest = false }: RankOptions = {}): readonly string[] {
    const now = this.#parts.clock.now()
    const avoided = new Set(avoid.map(canonicalHost))
    const blameOf = (address: string): number => {
      const key = canonicalHost(address)
      if (avoided.has(key) || this.#retired.has(key, now)) return 2
      return this.#failed.has(key, now) ? 1 : 0
    }
    const judged = addresses.map(address => ({ address, blame: blameOf(address) })).sort((a, b) => a.blame - b.blame)
    const best = judged[0]?.blame
    return judged.filter(({ blame }) => !onlyBest || blame === best).map(({ address }) => address)
  }

  /** Notes that an address could not be reached; forgotten after a minute. */
  markFailed(address: string): void {
    const now = this.#parts.clock.now()
    this.#failed.add(canonicalHost(address), { now, until: now + FAILED_MS })
  }

  /** Notes that an address is being given up by the server, for ten minutes unless told otherwise. */
  markRetired(address: string, forMs: number = RETIRED_MS): void {
    const now = this.#parts.clock.now()
    this.#retired.add(canonicalHost(address), { now, until: now + forMs })
  }

  async #ask(): Promise<Answer> {
    const { clock, host, withinMs = DEFAULT_WITHIN_MS } = this.#parts
    const at = clock.now()
    const onLate = (): never => {
      throw lookupError(host, 'ETIMEOUT')
    }
    const addresses = await withDeadline(askLookup(this.#parts), { clock, withinMs, onLate })
    if (addresses.length === 0) throw lookupError(host, 'ENOTFOUND')
    this.#answer = { addresses, at }
    return this.#answer
  }
}

/** The book of the name that a target has; `undefined` for an address and for a unix socket. */
export function addressBookOf(clock: Clock, target: Target): AddressBook | undefined {
  const { host, lookup, family, hints, connectTimeoutMs } = target
  if (host === undefined || isIP(host) !== 0) return undefined
  return new AddressBook({ clock, host, lookup, family, hints, withinMs: connectTimeoutMs || NO_TIMEOUT_MS })
}

/** Addresses that carry a mark until some time. Bounded: the oldest marks go first. */
class Marks {
  readonly #until = new Map<string, number>()

  add(key: string, { now, until }: { readonly now: number; readonly until: number }): void {
    for (const [marked, expiresAt] of this.#until) if (expiresAt <= now) this.#until.delete(marked)
    this.#until.delete(key)
    const [oldest] = this.#until.keys()
    if (this.#until.size >= MAX_MARKS && oldest !== undefined) this.#until.delete(oldest)
    this.#until.set(key, until)
  }

  has(key: string, now: number): boolean {
    return (this.#until.get(key) ?? now) > now
  }
}

/** Asks once. A lookup that ignores `all` answers with one string; one that throws has failed like any other. */
function askLookup({ host, lookup, family, hints }: AddressBookParts): Promise<readonly string[]> {
  const ask = lookup ?? (systemLookup as Lookup)
  return new Promise((resolve, reject) => {
    ask(host, { family, hints: hintsFor(family, hints), all: true }, (error, found) => {
      if (error) reject(error)
      else resolve(toAddresses(found))
    })
  })
}

/** As Node does for a socket: without a wish, only the families that this machine has addresses of. */
function hintsFor(family: unknown, hints: unknown): unknown {
  const isOpen = family !== 4 && family !== 6 && !hints && process.platform !== 'win32'
  return isOpen ? ADDRCONFIG : (hints ?? 0)
}

function toAddresses(found: unknown): readonly string[] {
  const entries: readonly unknown[] = Array.isArray(found) ? found : [found]
  const addresses = entries.map(entry =>
    typeof entry === 'object' && entry !== null ? Reflect.get(entry, 'address') : entry,
  )
  return [...new Set(addresses.filter(isText))].slice(0, MAX_ADDRESSES)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** In the form of Node's own errors, which callers tell apart by their code. */
function lookupError(hostname: string, code: 'ENOTFOUND' | 'ETIMEOUT'): Error {
  return Object.assign(new Error(`lookup ${code} ${hostname}`), { code, syscall: 'lookup', hostname })
}
