/** Room for a body is made in steps, so that an announced length alone costs no memory. */
const FIRST_STEP_BYTES = 64 * 1024

/** Gathers the body of a blob that arrives in several chunks. Each byte is copied twice at most, on average. */
export class BodyBuffer {
  /** The gathered bytes; only the first `size` of them are meant. */
  bytes: Buffer
  /** How many bytes have arrived. */
  size = 0
  readonly #needed: number

  /** @param needed - How many bytes the body has altogether. */
  constructor(needed: number) {
    this.#needed = needed
    this.bytes = Buffer.allocUnsafe(Math.min(needed, FIRST_STEP_BYTES))
  }

  /** Whether all bytes have arrived. */
  get complete(): boolean {
    return this.size === this.#needed
  }

  /** Takes what it needs from `chunk[at]` on, and returns the index after it. */
  append(chunk: Uint8Array, at: number): number {
    const end = Math.min(chunk.length, at + this.#needed - this.size)
    const size = this.size + end - at
    if (size > this.bytes.length) this.#grow(size)
    this.bytes.set(chunk.subarray(at, end), this.size)
    this.size = size
    return end
  }

  #grow(size: number): void {
    const larger = Buffer.allocUnsafe(Math.min(this.#needed, Math.max(size, this.bytes.length * 2)))
    this.bytes.copy(larger, 0, 0, this.size)
    this.bytes = larger
  }
}
