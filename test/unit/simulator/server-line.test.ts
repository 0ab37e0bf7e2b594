import { Duplex } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LineSink } from '../../../src/simulator/backends/backend-line.js'
import { ServerLine } from '../../../src/simulator/backends/server-line.js'
import { RequestSplitter } from '../../../src/simulator/sessions/request-splitter.js'
import { encodeCommand, encodeValue } from '../../../src/wire/encoder.js'
import { FrameScanner } from '../../../src/wire/skip/frame-scanner.js'
import { RespPush } from '../../../src/wire/value.js'
import { cutInto } from './cut-into.js'

/** A server that answers each known request with the next reply of a list, and unknown ones as Redis does. */
class FakeServer extends Duplex {
  readonly requests: string[] = []
  readonly #splitter = new RequestSplitter()
  readonly #replies: Buffer[]
  readonly #said: Buffer[] = []

  constructor(replies: readonly Buffer[]) {
    super()
    this.#replies = [...replies]
  }

  override _read(): void {}

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    for (const { name } of this.#splitter.feed(chunk)) {
      this.requests.push(name)
      const unknown = Buffer.from(`-ERR unknown command '${name}', with args beginning with: \r\n`)
      this.#said.push(name.startsWith('HITLESS_') ? unknown : (this.#replies.shift() ?? Buffer.alloc(0)))
    }
    done()
  }

  /** Says everything that was asked for, in chunks. */
  async say(sizes: readonly number[]): Promise<void> {
    await new Promise(resolve => setImmediate(resolve))
    for (const chunk of cutInto(Buffer.concat(this.#said.splice(0)), sizes)) this.emit('data', chunk)
  }
}

/** Collects what the client would get, and checks every place said to be a boundary. */
class Collector implements LineSink {
  readonly #scanner = new FrameScanner()
  bytes: Buffer = Buffer.alloc(0)
  boundariesHold = true

  receive(bytes: Buffer, atBoundary: boolean): void {
    this.#scanner.feed(bytes)
    this.bytes = Buffer.concat([this.bytes, bytes])
    if (atBoundary !== this.#scanner.atBoundary) this.boundariesHold = false
  }

  drained(): void {}

  closed(): void {}
}

const PING = { name: 'PING', words: [Buffer.from('PING')], raw: encodeCommand(['PING']) }
const HELLO = { name: 'HELLO', words: [Buffer.from('HELLO')], raw: encodeCommand(['HELLO', '3']) }

const text = fc.oneof(fc.string(), fc.constantFrom('-ERR x\r\n', '\r\n-', '-', "-ERR unknown command 'HITLESS_"))
const reply = fc.oneof(
  text.map(value => encodeValue(value)),
  fc.array(text, { maxLength: 3 }).map(items => encodeValue(items)),
  fc
    .array(text, { maxLength: 3 })
    .map(items => Buffer.concat([encodeValue(new RespPush(['p', ...items])), encodeValue(7)])),
  fc.constant(Buffer.from('-ERR unknown command\r\n')),
)
const step = fc.oneof(
  reply.map(bytes => ({ own: false, bytes })),
  text.map(value => ({ own: true, bytes: encodeValue(value) })),
)

describe('a line to a server', () => {
  it('puts our replies where their requests stood, however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), fc.array(fc.nat(60)), async (steps, sizes) => {
        const server = new FakeServer(steps.filter(({ own }) => !own).map(({ bytes }) => bytes))
        const sink = new Collector()
        const line = new ServerLine(server, sink)
        for (const { own, bytes } of steps) {
          if (own) line.answer(() => bytes)
          else line.forward(PING)
        }
        await server.say(sizes)
        expect(sink.bytes.toString('hex')).toBe(Buffer.concat(steps.map(({ bytes }) => bytes)).toString('hex'))
        expect(sink.boundariesHold).toBe(true)
      }),
    )
  })

  it.each([
    ['a map', Buffer.from('%2\r\n$6\r\nserver\r\n$5\r\nredis\r\n$5\r\nproto\r\n:3\r\n'), 3],
    ['an error', Buffer.from('-NOPROTO unsupported protocol version\r\n'), 2],
  ])('learns the protocol from a HELLO answered with %s, byte by byte', async (_, answer, protocol) => {
    const server = new FakeServer([Buffer.from('+PONG\r\n'), answer])
    const sink = new Collector()
    const line = new ServerLine(server, sink)
    line.forward(PING)
    line.forward(HELLO)
    line.answer(() => Buffer.from(`:${line.protocol}\r\n`))
    await server.say(Array.from({ length: 500 }, () => 1))
    expect(sink.bytes.toString()).toBe(`+PONG\r\n${answer}:${protocol}\r\n`)
    expect(line.protocol).toBe(protocol)
  })

  it('passes on what is no RESP, and calls nothing of it a boundary', () => {
    const server = new FakeServer([])
    const sink = { ...new Collector(), received: [] as boolean[] }
    const line = new ServerLine(server, {
      receive: (_, atBoundary) => sink.received.push(atBoundary),
      drained: () => {},
      closed: () => {},
    })
    server.emit('data', Buffer.from('?what\r\n'))
    server.emit('data', Buffer.from('+OK\r\n'))
    expect(sink.received).toEqual([false, false])
    line.close()
  })
})
