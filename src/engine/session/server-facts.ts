/** What a server says of itself in its answer to HELLO. */
export interface ServerFacts {
  /** `redis`, `valkey`, or another server that speaks the protocol. */
  readonly server: string
  readonly mode: string
  readonly role: string
}

/** Reads the answer to HELLO: hosts give it as an object, as a map, or as a flat list. `undefined` for anything else. */
export function readServerFacts(reply: unknown): ServerFacts | undefined {
  const facts = factsOf(reply)
  const { server, mode, role } = facts
  if (server === undefined || mode === undefined || role === undefined) return undefined
  return { server: String(server), mode: String(mode), role: String(role) }
}

function factsOf(reply: unknown): Readonly<Record<string, unknown>> {
  if (reply instanceof Map) return Object.fromEntries([...reply].map(([name, value]) => [String(name), value]))
  if (Array.isArray(reply)) {
    return Object.fromEntries(reply.flatMap((name, at) => (at % 2 === 0 ? [[String(name), reply[at + 1]]] : [])))
  }
  return typeof reply === 'object' && reply !== null ? { ...reply } : {}
}
