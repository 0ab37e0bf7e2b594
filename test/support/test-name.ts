/** An address as a lookup gives it. */
interface Found {
  readonly address: string
  readonly family: number
}

/** What Node passes to a `lookup`: with `all`, the answer is a list. */
type Lookup = (
  hostname: string,
  options: { readonly all?: boolean },
  done: (error: null, found: string | Found[], family?: number) => void,
) => void

/** A name that leads where the test wants it to, for the `lookup` of a client. */
export interface TestName {
  readonly host: string
  /** To be put into the socket options of a client; in the type that the host declares there. */
  readonly lookup: never
  /** How often it was asked. */
  readonly lookups: number
  /** Changes what is answered from now on. */
  leadTo(...addresses: readonly string[]): void
}

/** Creates a name that leads to IPv4 addresses. */
export function createTestName(host: string, ...addresses: readonly string[]): TestName {
  let current = addresses
  let lookups = 0
  const lookup: Lookup = (_, { all }, done) => {
    lookups += 1
    const found = current.map(address => ({ address, family: 4 }))
    // Like the system's, it never answers at once.
    setImmediate(() => (all === true ? done(null, found) : done(null, found[0]?.address ?? '', 4)))
  }
  return {
    host,
    lookup: lookup as never,
    get lookups() {
      return lookups
    },
    leadTo(...next) {
      current = next
    },
  }
}
