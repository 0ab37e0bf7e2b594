import type { Socket } from 'node:net'

/** The sockets of one accepted connection: the one for commands, and the TCP socket under it, which can be reset. */
export interface Accepted {
  readonly socket: Socket
  readonly tcp: Socket
}

/** What is reported about a connection. */
export type SessionEvent = 'connected' | 'command' | 'opted-in' | 'opted-out' | 'pushed' | 'closed'

/** The name that a TLS client asked for. */
export function servernameOf({ socket }: Accepted): string | undefined {
  return 'servername' in socket && typeof socket.servername === 'string' ? socket.servername : undefined
}
