import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { encodeCommand } from '../../../wire/encoder.js'

const OPT_IN: Buffer = Buffer.concat([
  encodeCommand(['HELLO', '3']),
  encodeCommand(['CLIENT', 'MAINT_NOTIFICATIONS', 'ON']),
])

/** Connections that opted in, and read what they are told. */
export interface Audience {
  destroy(): void
}

/**
 * Connects so many, and opts in on each.
 *
 * @throws Error when one of them is closed.
 */
export async function gather(port: number, connections: number): Promise<Audience> {
  const sockets = Array.from({ length: connections }, () => connect({ port, host: '127.0.0.1', noDelay: true }))
  for (const socket of sockets) socket.on('error', () => {})
  await Promise.all(sockets.map(optIn))
  return {
    destroy: () => {
      for (const socket of sockets) socket.destroy()
    },
  }
}

async function optIn(socket: Socket): Promise<void> {
  await once(socket, 'connect')
  socket.write(OPT_IN)
  let said = ''
  // The answer to HELLO holds no such line.
  while (!said.endsWith('+OK\r\n')) {
    const [chunk] = await once(socket, 'data')
    said = `${said}${String(chunk)}`.slice(-1_000)
  }
  socket.resume()
}
