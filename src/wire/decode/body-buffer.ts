/** How much room is made at first, and kept for the next body: an announced length alone costs no more memory. */
const KEPT_BYTES = 64 * 1024
const EMPTY = Buffer.alloc(0)

/** Gathers the body of a blob that arrives in several chunks. Each byte is copied twice at most, on average. */
export class BodyBuffer {
  #bytes: Buffer = EMPTY
  #size = 0
  #needed = 0

  /** The room for the body; only the first `size` bytes are meant. */
  get bytes(): Buffer {
    return this.#bytes
  }

  /** How many bytes have arrived. */
  get size(): number {
    return this.#size
  }

  /** Whether all bytes have arrived. */
  get complete(): boolean {
    return this.#size === this.#needed
  }

  /** Starts a body of so many bytes. */
  start(needed: number): void {
    this.#needed = needed
    this.#size = 0
    if (this.#bytes.length === 0) this.#bytes = Buffer.allocUnsafeSlow(KEPT_BYTES)
  }

  /** Takes what it needs from `chunk[at]` on, and returns the index after it. */
  append(chunk: Uint8Array, at: number): number {
    const end = Math.min(chunk.length, at + this.#needed - this.#size)
    const size = this.#size + end - at
    if (size > this.#bytes.length) this.#grow(size)
    this.#bytes.set(chunk.subarray(at, end), this.#size)
    this.#size = size
    return end
  }

  /** The first bytes of the body as a buffer of their own. The body ends with this. */
  detach(length: number): Buffer {
    if (this.#bytes.length <= KEPT_BYTES) return Buffer.from(this.#bytes.subarray(0, length))
    return this.#bytes.subarray(0, length)
  }

  /** Ends the body, and gives back room beyond the ordinary. */
  close(): void {
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = EMPTY
  }

  #grow(size: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.min(this.#needed, Math.max(size, this.#bytes.length * 2)))
    this.#bytes.copy(larger, 0, 0, this.#size)
    this.#bytes = larger
  }
}
