import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** A server that accepts connections, and says nothing. */
export interface AcceptingServer {
  readonly port: number
  /** Accepts no more. */
  close(): void
}

export async function startAcceptingServer(): Promise<AcceptingServer> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, close: () => void server.close() }
}
