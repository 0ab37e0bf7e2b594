import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { type Clock, systemClock } from '../../base/clock.js'
import { CAPTURE_VERSION, type CaptureEntry, type CaptureHeader } from '../format/capture.js'
import { printCaptureEntry, printHeader } from '../format/print-capture.js'

/** How a capture is written. */
export interface CaptureWriterOptions {
  /** What is recorded, for people: without secrets. */
  readonly what: string
  /** The program that records. Default `redis-hitless`. */
  readonly by?: string
  /** Whether keys, values, credentials and channels are masked. Default `true`. */
  readonly redact?: boolean
  /** The recording ends when the file has so many bytes. Default 1 GiB. */
  readonly maxBytes?: number
  /** What may wait in memory to be written, in bytes; beyond it, data is left out and counted. Default 16 MiB. */
  readonly maxPendingBytes?: number
  /** Default the process's own. */
  readonly clock?: Clock
}

const MAX_BYTES = 1_073_741_824
const MAX_PENDING_BYTES = 16_777_216

type Untimed<T> = T extends CaptureEntry ? Omit<T, 'at'> : never

/** What a {@link CaptureWriter} is given: an entry without its time. */
export type NewEntry = Untimed<CaptureEntry>

/** Writes a capture, entry by entry. Bounded in its file and in memory; an error of the file ends the recording. */
export class CaptureWriter {
  readonly header: CaptureHeader
  readonly #sink: Writable
  readonly #clock: Clock
  readonly #startedAt: number
  readonly #maxBytes: number
  readonly #maxPendingBytes: number
  readonly #overruns = new Map<string, NewEntry & { type: 'omitted' }>()
  #written = 0
  #connections = 0
  #ended: Promise<void> | undefined
  #error: unknown

  constructor(sink: Writable, options: CaptureWriterOptions) {
    const { what, by = 'redis-hitless', redact = true, clock = systemClock } = options
    this.#sink = sink
    this.#clock = clock
    this.#maxBytes = options.maxBytes ?? MAX_BYTES
    this.#maxPendingBytes = options.maxPendingBytes ?? MAX_PENDING_BYTES
    this.#startedAt = clock.now()
    this.header = { version: CAPTURE_VERSION, startedAt: clock.epochMs(), by, what, redacted: redact }
    sink.on('error', error => {
      this.#error ??= error
    })
    this.#write(printHeader(this.header))
  }

  /** Whether it takes entries: it is not ended, its file is not full, and could be written. */
  get open(): boolean {
    return this.#ended === undefined && this.#error === undefined && this.#written < this.#maxBytes
  }

  /** How many bytes the file has. */
  get written(): number {
    return this.#written
  }

  /** What ended the recording early. */
  get error(): unknown {
    return this.#error
  }

  /** The number of a connection that is recorded from now on. */
  nextConnection(): number {
    this.#connections += 1
    return this.#connections
  }

  /** Adds an entry with the time that it is. Data that cannot be kept in memory is left out, and its bytes are counted. */
  add(entry: NewEntry): void {
    if (!this.open) return
    if (entry.type === 'data' && this.#sink.writableLength > this.#maxPendingBytes) this.#leaveOut(entry)
    else {
      this.#tellOverruns()
      this.#put(entry)
    }
  }

  /** Ends the file, and resolves once it is written. A second call does nothing more. */
  end(): Promise<void> {
    this.#ended ??= this.#finish()
    return this.#ended
  }

  async #finish(): Promise<void> {
    this.#tellOverruns()
    if (this.#error === undefined) {
      this.#sink.end()
      await finished(this.#sink, { readable: false }).catch(() => {})
    }
    if (this.#error !== undefined) throw this.#error
  }

  #put(entry: NewEntry): void {
    const at = Math.max(0, this.#clock.now() - this.#startedAt)
    this.#write(printCaptureEntry({ at, ...entry }))
  }

  #leaveOut({ connection, from, bytes }: NewEntry & { type: 'data' }): void {
    const key = `${connection} ${from}`
    const count = (this.#overruns.get(key)?.count ?? 0) + bytes.length
    this.#overruns.set(key, { type: 'omitted', connection, from, count, reason: 'overrun' })
  }

  #tellOverruns(): void {
    if (this.#overruns.size === 0) return
    for (const overrun of this.#overruns.values()) this.#put(overrun)
    this.#overruns.clear()
  }

  #write(line: string): void {
    this.#written += line.length + 1
    this.#sink.write(`${line}\n`)
  }
}
