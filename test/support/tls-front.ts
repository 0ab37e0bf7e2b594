import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { createServer } from 'node:tls'
import type { TlsIdentity } from '../../src/simulator/index.js'

/** Speaks TLS for a server that cannot: many builds of `redis-server` have no TLS. */
export interface TlsFront {
  readonly host: string
  readonly port: number
  /** Connections that were ever accepted. */
  readonly accepted: number
  /** Ends its connections; its port refuses then. */
  dispose(): Promise<void>
}

/** Starts a front on a free port, which passes everything on to a port of the same host. */
export async function createTlsFront(
  identity: TlsIdentity,
  { host, port: target }: { readonly host: string; readonly port: number },
): Promise<TlsFront> {
  const sockets = new Set<Socket>()
  let accepted = 0
  const server = createServer({ ...identity, noDelay: true }, near => {
    accepted += 1
    const far = connect({ host, port: target, noDelay: true })
    near.pipe(far).pipe(near)
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(end)
      end.on('error', () => {})
      end.on('close', () => {
        sockets.delete(end)
        other.destroy()
      })
    }
  })
  server.on('tlsClientError', () => {})
  server.listen({ host, port: 0 })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    host,
    port,
    get accepted() {
      return accepted
    },
    async dispose() {
      for (const socket of sockets) socket.destroy()
      if (!server.listening) return
      server.close()
      await once(server, 'close')
    },
  }
}
