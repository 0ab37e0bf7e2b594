import { ADDRCONFIG, lookup as systemLookup } from 'node:dns'
import type { Clock } from '../../base/clock.js'
import { withDeadline } from '../../base/deadline.js'
import type { Lookup, Resolver, Target } from '../../core/target.js'

/** The most addresses of one answer that are considered. */
const MAX_ADDRESSES = 64

/**
 * The longest time for an answer where a connection has no limit, in milliseconds. Otherwise it is the connection's
 * limit.
 */
const NO_TIMEOUT_MS = 30_000

/** What is asked of DNS. */
type Question = Pick<Target, 'lookup' | 'family' | 'hints' | 'connectTimeoutMs'> & { readonly host: string }

/**
 * Resolves a host name with the user's own lookup, or Node's.
 *
 * It rejects with the error of the lookup, or one with the code `ENOTFOUND` for no address, `ETIMEOUT` for no answer.
 */
export function dnsResolver(clock: Clock, question: Question): Resolver {
  const { host, connectTimeoutMs } = question
  const onLate = (): never => {
    throw new LookupTimeout(host)
  }
  return {
    async resolve() {
      const withinMs = connectTimeoutMs || NO_TIMEOUT_MS
      const addresses = await withDeadline(askLookup(question), { clock, withinMs, onLate })
      if (addresses.length === 0) throw lookupError(host, 'ENOTFOUND')
      return addresses
    },
  }
}

/** Asks once. A lookup that ignores `all` answers with one string. A lookup that throws has failed. */
function askLookup({ host, lookup, family, hints }: Question): Promise<readonly string[]> {
  const ask = lookup ?? (systemLookup as Lookup)
  return new Promise((resolve, reject) => {
    ask(host, { family, hints: hintsFor(family, hints), all: true }, (error, found) => {
      if (error) reject(error)
      else resolve(toAddresses(found))
    })
  })
}

/** As Node does for a socket: without hints, only the families of this machine's own addresses. */
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

/** In the form of Node's own errors, which callers distinguish by their code. */
function lookupError(hostname: string, code: string): Error {
  return Object.assign(new Error(`lookup ${code} ${hostname}`), { code, syscall: 'lookup', hostname })
}

/** No answer came in time. It has the form of Node's own errors too. */
export class LookupTimeout extends Error {
  readonly code = 'ETIMEOUT'
  readonly syscall = 'lookup'
  readonly hostname: string

  constructor(hostname: string) {
    super(`lookup ETIMEOUT ${hostname}`)
    this.hostname = hostname
  }
}
