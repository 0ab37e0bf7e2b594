import type { Duplex } from 'node:stream'
import { FrameScanner } from '../../wire/skip/frame-scanner.js'
import type { Command } from '../sessions/command.js'
import type { Protocol } from '../sessions/protocol.js'
import { TurnWriter } from '../sessions/turn-writer.js'
import type { Line, LineSink, OwnReply } from './backend-line.js'
import { Markers, openErrorStart } from './markers.js'
import { ProtocolProbe } from './protocol-probe.js'

const EMPTY: Buffer = Buffer.alloc(0)

/** A client's own connection to a running server: requests and replies pass unchanged. */
export class ServerLine implements Line {
  readonly #socket: Duplex
  readonly #writer: TurnWriter
  readonly #sink: LineSink
  readonly #scanner = new FrameScanner()
  readonly #markers = new Markers()
  #probe: ProtocolProbe | undefined
  #rest: Buffer = EMPTY
  #protocol: Protocol = 2

  /** @param socket - A connection to the server, which may still be connecting. */
  constructor(socket: Duplex, sink: LineSink) {
    this.#socket = socket
    this.#writer = new TurnWriter(socket)
    this.#sink = sink
    socket.on('data', chunk => this.#read(chunk))
    socket.on('drain', () => sink.drained())
    socket.on('error', () => {})
    socket.on('close', () => sink.closed())
  }

  get protocol(): Protocol {
    return this.#protocol
  }

  forward(command: Command): boolean {
    if (command.name === 'HELLO') this.#watchHello()
    if (command.name === 'RESET') this.#mark(() => this.#forgetProtocol())
    this.#writer.write(command.raw)
    return this.#writer.keepsUp
  }

  answer(reply: OwnReply): void {
    this.#mark(reply)
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

  #mark(reply: OwnReply): void {
    this.#writer.write(this.#markers.add(reply))
  }

  /** The reply to `HELLO` is what follows this marker. */
  #watchHello(): void {
    this.#mark(() => {
      this.#probe = new ProtocolProbe()
      return EMPTY
    })
  }

  #forgetProtocol(): Buffer {
    this.#protocol = 2
    return EMPTY
  }

  #read(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    this.#rest = EMPTY
    this.#place(bytes)
  }

  /** Puts our replies where the markers stand. */
  #place(bytes: Buffer): void {
    let rest = bytes
    while (this.#markers.pending) {
      const place = this.#markers.find(rest)
      if (place === undefined) {
        this.#passAllButOpenError(rest)
        return
      }
      this.#pass(rest.subarray(0, place.start))
      if (place.found === undefined) {
        this.#rest = rest.subarray(place.start)
        return
      }
      this.#sink.receive(place.found.reply(), true)
      rest = rest.subarray(place.found.end)
    }
    this.#pass(rest)
  }

  #passAllButOpenError(bytes: Buffer): void {
    const end = openErrorStart(bytes)
    this.#pass(bytes.subarray(0, end))
    this.#rest = bytes.subarray(end)
  }

  #pass(bytes: Buffer): void {
    if (bytes.length === 0) return
    if (this.#probe !== undefined) this.#readProtocol(this.#probe, bytes)
    const end = this.#scan(bytes)
    if (end > 0) this.#sink.receive(bytes.subarray(0, end), true)
    if (end < bytes.length) this.#sink.receive(bytes.subarray(end), false)
  }

  /** Where the last reply ends. Bytes that cannot be read pass unchanged, and none of our replies is put among them. */
  #scan(bytes: Buffer): number {
    try {
      return this.#scanner.feed(bytes)
    } catch {
      return 0
    }
  }

  #readProtocol(probe: ProtocolProbe, bytes: Buffer): void {
    const protocol = probe.feed(bytes)
    if (protocol === undefined) return
    this.#probe = undefined
    if (protocol !== 'refused') this.#protocol = protocol
  }
}
