import { once } from 'node:events'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { systemClock } from '../../base/clock.js'
import { createDeferred, type Deferred } from '../../base/deferred.js'
import { RespDecoder } from '../../wire/decode/decoder.js'
import { encodeCommand } from '../../wire/encoder.js'
import { RespError, RespPush, type RespValue } from '../../wire/value.js'
import type { ServerUrl } from '../program/server-url.js'

/** How long a server may take to connect, and for each answer, in milliseconds. */
const PATIENCE_MS = 5_000

/** Talks to a server, one command at a time, without a client library in between. */
export class ServerTalk {
  /** From the dial to the end of the TLS handshake, in milliseconds. */
  readonly connectMs: number
  readonly #socket: Socket
  readonly #waiting: Deferred<RespValue>[] = []
  #failure: Error | undefined

  private constructor(socket: Socket, connectMs: number) {
    this.#socket = socket
    this.connectMs = connectMs
    const decoder = new RespDecoder()
    socket.on('data', chunk => {
      try {
        for (const value of decoder.feed(chunk)) if (!(value instanceof RespPush)) this.#waiting.shift()?.resolve(value)
        if (decoder.failure !== undefined) this.#fail(decoder.failure)
      } catch (error) {
        this.#fail(error instanceof Error ? error : new Error(String(error)))
      }
    })
    socket.on('error', error => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('The server closed the connection')))
  }

  /**
   * Connects. A certificate is not judged here: nothing secret may be sent before it was looked at.
   *
   * @throws Error of the socket, or that it took too long.
   */
  static async open({ host, port, tls }: ServerUrl): Promise<ServerTalk> {
    const startedAt = systemClock.now()
    const servername = isIP(host) === 0 ? { servername: host } : {}
    const socket = tls
      ? connectTls({ host, port, rejectUnauthorized: false, ...servername })
      : connect({ host, port, noDelay: true })
    const timer = systemClock.after(PATIENCE_MS, () => socket.destroy(codedTimeout()), true)
    try {
      await once(socket, tls ? 'secureConnect' : 'connect')
    } finally {
      timer.dispose()
    }
    return new ServerTalk(socket, systemClock.now() - startedAt)
  }

  /** The TLS socket; `undefined` without TLS. */
  get tls(): TLSSocket | undefined {
    return 'authorized' in this.#socket ? (this.#socket as TLSSocket) : undefined
  }

  /** The address that was reached. */
  get address(): string {
    return this.#socket.remoteAddress ?? ''
  }

  /** Sends a command and resolves with its answer; an error of the server is a value. Rejects where none comes. */
  async ask(...words: readonly string[]): Promise<RespValue> {
    if (this.#failure !== undefined) throw this.#failure
    const answer = createDeferred<RespValue>()
    this.#waiting.push(answer)
    this.#socket.write(encodeCommand(words))
    const timer = systemClock.after(
      PATIENCE_MS,
      () => this.#fail(new Error(`No answer to ${words[0]} within ${PATIENCE_MS / 1_000} s`)),
      true,
    )
    try {
      return await answer.promise
    } finally {
      timer.dispose()
    }
  }

  /** The same for an answer that is a text; `undefined` where the server refuses. */
  async askText(...words: readonly string[]): Promise<string | undefined> {
    const answer = await this.ask(...words)
    return answer instanceof RespError || answer === null ? undefined : String(answer)
  }

  /** How long the server takes to answer a PING, in milliseconds. */
  async roundTripMs(): Promise<number> {
    const startedAt = systemClock.now()
    await this.ask('PING')
    return systemClock.now() - startedAt
  }

  close(): void {
    this.#socket.destroy()
  }

  #fail(error: Error): void {
    this.#failure ??= error
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#failure)
    this.#socket.destroy()
  }
}

function codedTimeout(): Error {
  return Object.assign(new Error(`No connection within ${PATIENCE_MS / 1_000} s`), { code: 'ETIMEDOUT' })
}
