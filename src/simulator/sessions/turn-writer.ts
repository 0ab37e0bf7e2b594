import type { Duplex } from 'node:stream'

/** A stretch of memory, which grows while what follows is its neighbour. */
interface Piece {
  readonly memory: ArrayBufferLike
  readonly start: number
  end: number
}

type Written = (error?: Error | null) => void

/** Up to this size pieces are copied into one: that takes less than to hand over many, in bytes. */
const MAX_COPIED_BYTES = 65_536

/** Writes to a socket. What is written in one turn of the event loop is sent by one system call. */
export class TurnWriter {
  readonly #socket: Duplex
  #pieces: Piece[] = []
  #pieceBytes = 0
  #written: Written[] = []
  #isPlanned = false

  constructor(socket: Duplex) {
    this.#socket = socket
  }

  /** How much the other side has not taken yet, in bytes. */
  get unread(): number {
    return this.#socket.writableLength + this.#pieceBytes
  }

  /** Whether the other side reads fast enough. */
  get keepsUp(): boolean {
    return this.unread < this.#socket.writableHighWaterMark
  }

  /** Whether something written now would still be sent. */
  get open(): boolean {
    return !this.#socket.destroyed && !this.#socket.writableEnded
  }

  /** Takes bytes, which are sent at the end of the turn. */
  write(bytes: Buffer, written?: Written): void {
    const last = this.#pieces.at(-1)
    // Most commands only pass: what came as one chunk leaves as one.
    if (last?.memory === bytes.buffer && last.end === bytes.byteOffset) last.end += bytes.length
    else this.#pieces.push({ memory: bytes.buffer, start: bytes.byteOffset, end: bytes.byteOffset + bytes.length })
    this.#pieceBytes += bytes.length
    if (written !== undefined) this.#written.push(written)
    if (this.#isPlanned) return
    this.#isPlanned = true
    process.nextTick(() => {
      this.#isPlanned = false
      this.flush()
    })
  }

  /** Sends at once what was taken in this turn. Needed before the socket is ended. */
  flush(): void {
    if (this.#pieces.length === 0) return
    const [pieces, bytes, written] = [this.#pieces.map(toBuffer), this.#pieceBytes, this.#written]
    this.#pieces = []
    this.#pieceBytes = 0
    this.#written = []
    const done: Written | undefined = written.length === 0 ? undefined : error => settle(written, error)
    if (this.open) this.#send(bytes > MAX_COPIED_BYTES ? pieces : [join(pieces, bytes)], done)
    else done?.(new Error('closed'))
  }

  #send(pieces: readonly Buffer[], done: Written | undefined): void {
    this.#socket.cork()
    for (const piece of pieces.slice(0, -1)) this.#socket.write(piece)
    this.#socket.write(pieces.at(-1), done)
    this.#socket.uncork()
  }
}

function toBuffer({ memory, start, end }: Piece): Buffer {
  return Buffer.from(memory, start, end - start)
}

function join(pieces: readonly Buffer[], bytes: number): Buffer {
  const [first] = pieces
  return pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces, bytes)
}

function settle(written: readonly Written[], error: Error | null | undefined): void {
  for (const tell of written) tell(error)
}
