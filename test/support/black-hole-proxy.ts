import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Two ends of a connection through the proxy. */
interface Pair {
  readonly near: Socket
  readonly far: Socket
  silent: boolean
}

/** A TCP proxy whose connections can fall silent, as they do where a firewall or a dead host drops packets. */
export interface BlackHoleProxy {
  readonly port: number
  /** Connections that are open, silent ones too. */
  readonly connections: number
  /** Connections that were ever accepted. */
  readonly accepted: number
  /** Lets the open connections carry nothing more, in either direction, closes of one end included; new ones work. */
  unresponsive(): void
  /** The same, for new ones too: they are accepted and swallow what they are sent. */
  silenceAll(): void
  /** Lets all connections carry on, with what was held up, and new ones work. */
  heal(): void
  /** Lets the oldest connection carry on. */
  healOldest(): void
  dispose(): Promise<void>
}

/** Starts a proxy on a free port of 127.0.0.1, to a port of a host or to a unix socket. */
export async function createBlackHoleProxy(
  target: number | string,
  { host = '127.0.0.1' }: { readonly host?: string } = {},
): Promise<BlackHoleProxy> {
  const pairs = new Set<Pair>()
  let silentToNewcomers = false
  let accepted = 0
  const server = createServer({ noDelay: true, allowHalfOpen: true }, near => {
    accepted += 1
    const to = typeof target === 'string' ? { path: target } : { host, port: target }
    const far = connect({ ...to, noDelay: true, allowHalfOpen: true })
    const pair: Pair = { near, far, silent: silentToNewcomers }
    pairs.add(pair)
    for (const end of [near, far]) {
      end.on('error', () => {})
      end.on('close', () => {
        if (!pair.silent) drop(pairs, pair)
      })
    }
    if (!pair.silent) carry(pair)
  })
  server.listen({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const unresponsive = (): void => pairs.forEach(stopCarrying)
  return {
    port,
    get connections() {
      return pairs.size
    },
    get accepted() {
      return accepted
    },
    unresponsive,
    silenceAll() {
      silentToNewcomers = true
      unresponsive()
    },
    heal() {
      silentToNewcomers = false
      for (const pair of pairs) if (pair.silent) carry(pair)
    },
    healOldest() {
      const [oldest] = pairs
      if (oldest?.silent === true) carry(oldest)
    },
    async dispose() {
      const closed = once(server, 'close')
      server.close()
      for (const pair of pairs) drop(pairs, pair)
      await closed
    },
  }
}

function carry(pair: Pair): void {
  pair.silent = false
  pair.near.pipe(pair.far)
  pair.far.pipe(pair.near)
}

/** What is not read is not closed either: an end that goes away is not noticed before the pair carries again. */
function stopCarrying(pair: Pair): void {
  pair.silent = true
  for (const end of [pair.near, pair.far]) {
    end.unpipe()
    end.pause()
  }
}

function drop(pairs: Set<Pair>, pair: Pair): void {
  pairs.delete(pair)
  pair.near.destroy()
  pair.far.destroy()
}
