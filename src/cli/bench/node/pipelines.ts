import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { encodeCommand } from '../../../wire/encoder.js'

const VALUE = 'x'.repeat(100)
const SET = encodeCommand(['SET', 'bench:node', VALUE])
const GET = encodeCommand(['GET', 'bench:node'])
const REPLY_BYTES = '+OK\r\n'.length + `$100\r\n${VALUE}\r\n`.length

/** How many commands a connection has in flight. */
export const DEPTH = 16

const WAVE: Buffer = Buffer.concat(Array.from({ length: DEPTH / 2 }, () => [SET, GET]).flat())
const WAVE_BYTES = (DEPTH / 2) * REPLY_BYTES

/** Raw connections that keep a server busy, and cost as little as can be themselves: they count bytes. */
export class Pipelines {
  readonly #sockets: readonly Socket[]

  private constructor(sockets: readonly Socket[]) {
    this.#sockets = sockets
  }

  /** Connects. */
  static async open(port: number, connections: number): Promise<Pipelines> {
    const sockets = Array.from({ length: connections }, () => connect({ port, host: '127.0.0.1', noDelay: true }))
    for (const socket of sockets) socket.on('error', () => {})
    await Promise.all(sockets.map(socket => once(socket, 'connect')))
    return new Pipelines(sockets)
  }

  /** Sends so many commands, wave by wave on each connection, and waits for the answers. */
  async round(commands: number): Promise<void> {
    const waves = Math.ceil(commands / DEPTH / this.#sockets.length)
    await Promise.all(this.#sockets.map(socket => sendWaves(socket, waves)))
  }

  destroy(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}

function sendWaves(socket: Socket, waves: number): Promise<void> {
  let left = waves
  let missing = WAVE_BYTES
  return new Promise((resolve, reject) => {
    const onEnd = (): void => reject(new Error('A connection of the benchmark ended'))
    const onData = (chunk: Buffer): void => {
      missing -= chunk.length
      if (missing > 0) return
      left -= 1
      missing = WAVE_BYTES
      if (left > 0) {
        socket.write(WAVE)
        return
      }
      socket.off('data', onData)
      socket.off('close', onEnd)
      resolve()
    }
    socket.on('data', onData)
    socket.once('close', onEnd)
    socket.write(WAVE)
  })
}
