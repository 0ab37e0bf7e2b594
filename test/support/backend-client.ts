import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { createDeferred, type Deferred } from '../../src/base/deferred.js'
import type { Endpoint } from '../../src/base/endpoint.js'
import { RespDecoder } from '../../src/wire/decode/decoder.js'
import { encodeCommand } from '../../src/wire/encoder.js'
import { RespError, RespPush, type RespValue } from '../../src/wire/value.js'

/** How a connection ended, as the client saw it. */
export type Ending = 'closed' | 'reset'

/** Values in the order of arrival, to be taken one by one. */
class Inbox<T> {
  readonly #arrived: T[] = []
  readonly #awaited: Deferred<T>[] = []

  get size(): number {
    return this.#arrived.length
  }

  put(value: T): void {
    const awaited = this.#awaited.shift()
    if (awaited === undefined) this.#arrived.push(value)
    else awaited.resolve(value)
  }

  take(): Promise<T> {
    const value = this.#arrived.shift()
    if (value !== undefined) return Promise.resolve(value)
    const awaited = createDeferred<T>()
    this.#awaited.push(awaited)
    return awaited.promise
  }
}

/** A client that does nothing by itself: the test writes every command and reads every frame. */
export class ScriptedClient {
  readonly ended: Promise<Ending>
  /** What arrived, in order. */
  readonly order: ('reply' | 'push')[] = []
  readonly localPort: number
  readonly #socket: Socket
  readonly #decoder = new RespDecoder()
  readonly #replies = new Inbox<{ readonly value: RespValue }>()
  readonly #pushes = new Inbox<readonly RespValue[]>()

  private constructor(socket: Socket) {
    this.#socket = socket
    this.localPort = socket.localPort ?? 0
    const ended = createDeferred<Ending>()
    this.ended = ended.promise
    socket.on('data', chunk => this.#read(chunk))
    socket.on('error', () => ended.resolve('reset'))
    socket.on('close', () => ended.resolve('closed'))
  }

  /** Connects; rejects where the node refuses. */
  static async connect({ host, port }: Endpoint, ca?: string): Promise<ScriptedClient> {
    if (ca === undefined) {
      const socket = connect({ host, port })
      await once(socket, 'connect')
      return new ScriptedClient(socket)
    }
    const socket = connectTls({ host, port, ca, servername: 'localhost' })
    await once(socket, 'secureConnect')
    return new ScriptedClient(socket)
  }

  /** How many replies arrived and were not taken. */
  get unread(): number {
    return this.#replies.size
  }

  /** Writes commands, in one piece. */
  send(...commands: readonly (readonly (string | Buffer | number)[])[]): void {
    this.#socket.write(Buffer.concat(commands.map(encodeCommand)))
  }

  /** Writes bytes as they are. */
  sendBytes(bytes: string): void {
    this.#socket.write(bytes)
  }

  /** The next reply. */
  async reply(): Promise<RespValue> {
    return (await this.#replies.take()).value
  }

  /** The elements of the next push. */
  push(): Promise<readonly RespValue[]> {
    return this.#pushes.take()
  }

  /** Writes a command and takes the next reply; errors as their text. */
  async call(...words: readonly (string | Buffer | number)[]): Promise<RespValue> {
    this.send(words)
    const reply = await this.reply()
    return reply instanceof RespError ? reply.message : reply
  }

  /** Greets in RESP3 and opts in. */
  async optIn(type = 'external-ip'): Promise<void> {
    await this.call('HELLO', 3)
    await this.call('CLIENT', 'MAINT_NOTIFICATIONS', 'ON', 'moving-endpoint-type', type)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  close(): void {
    this.#socket.destroy()
  }

  #read(chunk: Buffer): void {
    for (const value of this.#decoder.feed(chunk)) {
      this.order.push(value instanceof RespPush ? 'push' : 'reply')
      if (value instanceof RespPush) this.#pushes.put(value.items)
      else this.#replies.put({ value })
    }
  }
}
