import type { Endpoint } from '../../src/base/endpoint.js'
import { MovingName } from '../../src/simulator/index.js'

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

/** Creates a name that leads to addresses, whether there are nodes or not. */
export function createTestName(host: string, ...addresses: readonly string[]): TestName {
  const name = new MovingName(...addresses.map(toPlace))
  return {
    host,
    lookup: name.lookup as never,
    get lookups() {
      return name.asked
    },
    leadTo: (...next) => name.leadTo(...next.map(toPlace)),
  }
}

function toPlace(host: string): { readonly endpoint: Endpoint } {
  return { endpoint: { host, port: 0 } }
}
