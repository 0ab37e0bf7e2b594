/** Collects text as long as it can, so that a frame without binary parts is encoded in one go. */
export class FrameSink {
  readonly #parts: Buffer[] = []
  #text = ''

  /** Adds text that is already framed. */
  text(text: string): void {
    this.#text += text
  }

  /** Adds a blob with its length in front of it. The content must not change until the end. */
  blob(opening: '$' | '!' | '=', content: string | Buffer): void {
    this.#text += `${opening}${Buffer.byteLength(content)}\r\n`
    if (typeof content === 'string') {
      this.#text += content
    } else {
      this.#flush()
      this.#parts.push(content)
    }
    this.#text += '\r\n'
  }

  /** Everything added so far, as bytes. */
  toBuffer(): Buffer {
    if (this.#parts.length === 0) return Buffer.from(this.#text)
    this.#flush()
    return Buffer.concat(this.#parts)
  }

  #flush(): void {
    this.#parts.push(Buffer.from(this.#text))
    this.#text = ''
  }
}
