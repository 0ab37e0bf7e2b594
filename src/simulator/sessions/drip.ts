import type { Clock, Timer } from '../../base/clock.js'
import type { TurnWriter } from './turn-writer.js'

/** How slowly a node answers. */
export interface Slowness {
  /** How long each piece of a reply is on its way, in milliseconds. Default 0. */
  readonly delayMs?: number
  /** How many bytes are sent in a second, on each connection. Default as many as there are. */
  readonly bytesPerSecond?: number
}

type Written = (error?: Error | null) => void

interface Drop {
  readonly bytes: Buffer
  readonly written: Written | undefined
  readonly dueAt: number
}

/** What a drip works with. */
export interface DripParts {
  readonly writer: TurnWriter
  readonly clock: Clock
  readonly slowness: Slowness
  /** Everything has been sent. */
  readonly onDrained: () => void
}

const SECOND_MS = 1_000
/** So much may wait before no more is read from the data set, in bytes. */
const MAX_WAITING_BYTES = 65_536

/** Sends late, or a few bytes at a time, in order. */
export class Drip {
  readonly #parts: DripParts
  readonly #everyMs: number
  readonly #portionBytes: number
  #drops: Drop[] = []
  #waitingBytes = 0
  #timer: Timer | undefined

  constructor(parts: DripParts) {
    const { bytesPerSecond = Number.POSITIVE_INFINITY } = parts.slowness
    this.#parts = parts
    this.#everyMs = Math.max(1, SECOND_MS / bytesPerSecond)
    this.#portionBytes = Math.max(1, Math.floor((bytesPerSecond * this.#everyMs) / SECOND_MS))
  }

  /** How much waits, in bytes. */
  get unread(): number {
    return this.#waitingBytes
  }

  /** Whether there is room for more. */
  get keepsUp(): boolean {
    return this.#waitingBytes < MAX_WAITING_BYTES
  }

  write(bytes: Buffer, written: Written | undefined): void {
    const { clock, slowness } = this.#parts
    this.#drops.push({ bytes, written, dueAt: clock.now() + (slowness.delayMs ?? 0) })
    this.#waitingBytes += bytes.length
    this.#plan(0)
  }

  /** Sends at once what waits. */
  flush(): void {
    this.#timer?.dispose()
    this.#timer = undefined
    for (const { bytes, written } of this.#drops.splice(0)) this.#parts.writer.write(bytes, written)
    this.#waitingBytes = 0
  }

  /** Ends it; what waits is never sent. */
  dispose(): void {
    this.#timer?.dispose()
    for (const { written } of this.#drops.splice(0)) written?.(new Error('closed'))
    this.#waitingBytes = 0
  }

  #plan(leastMs: number): void {
    const [first] = this.#drops
    if (first === undefined || this.#timer !== undefined) return
    const { clock } = this.#parts
    this.#timer = clock.after(Math.max(leastMs, first.dueAt - clock.now()), () => {
      this.#timer = undefined
      this.#sendPortion()
    })
  }

  #sendPortion(): void {
    const now = this.#parts.clock.now()
    for (let left = this.#portionBytes; left > 0; ) {
      const [first] = this.#drops
      if (first === undefined || first.dueAt > now) break
      left -= this.#sendFrom(first, left)
    }
    if (this.#drops.length === 0) this.#parts.onDrained()
    else this.#plan(this.#everyMs)
  }

  /** Returns how many bytes of the first drop were sent, of which there are at most so many. */
  #sendFrom({ bytes, written, dueAt }: Drop, most: number): number {
    const { writer } = this.#parts
    const isWhole = bytes.length <= most
    const sent = isWhole ? bytes : bytes.subarray(0, most)
    this.#waitingBytes -= sent.length
    writer.write(sent, isWhole ? written : undefined)
    if (isWhole) this.#drops.shift()
    else this.#drops[0] = { bytes: bytes.subarray(most), written, dueAt }
    return Math.max(1, sent.length)
  }
}
