/** What a server says of itself in its answer to HELLO. */
export interface ServerFacts {
  /** `redis`, `valkey`, or another server that speaks the protocol. */
  readonly server: string
  readonly mode: string
  readonly role: string
}

/** Reads the answer to HELLO: hosts give it as an object, as a map, or as a flat list. `undefined` for anything else. */
export function readServerFacts(reply: unknown): ServerFacts | undefined {
  const [server, mode, role] = [factOf(reply, 'server'), factOf(reply, 'mode'), factOf(reply, 'role')]
  if (server === undefined || mode === undefined || role === undefined) return undefined
  return { server: String(server), mode: String(mode), role: String(role) }
}

function factOf(reply: unknown, name: string): unknown {
  if (Array.isArray(reply)) {
    const at = reply.findIndex((key, index) => index % 2 === 0 && String(key) === name)
    return at === -1 ? undefined : reply[at + 1]
  }
  if (reply instanceof Map) return [...reply].find(([key]) => String(key) === name)?.[1]
  return typeof reply === 'object' && reply !== null ? Reflect.get(reply, name) : undefined
}
