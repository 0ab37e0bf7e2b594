import type { CaptureSide } from '../format/capture.js'
import { Redactor } from '../redaction/redactor.js'
import type { CaptureWriter } from './capture-writer.js'

/** Records one connection, masked where the capture is. */
export class ConnectionRecorder {
  readonly #writer: CaptureWriter
  readonly #connection: number
  readonly #redactors: Readonly<Record<CaptureSide, Redactor>> | undefined
  #isClosed = false

  /**
   * @param server - Where the connection leads to, as `host:port`.
   * @param known - How the recording client knows it.
   */
  constructor(writer: CaptureWriter, server: string, known?: { readonly link: number; readonly id: number }) {
    this.#writer = writer
    this.#connection = writer.nextConnection()
    this.#redactors = writer.header.redacted
      ? { client: new Redactor('client'), server: new Redactor('server') }
      : undefined
    writer.add({ type: 'opened', connection: this.#connection, server, ...known })
  }

  /** Takes bytes that one side sent. */
  data(from: CaptureSide, bytes: Buffer): void {
    if (!this.#writer.open || this.#isClosed) return
    const connection = this.#connection
    if (this.#redactors === undefined) {
      // The caller may use its memory again.
      this.#writer.add({ type: 'data', connection, from, bytes: Buffer.from(bytes) })
      return
    }
    for (const shown of this.#redactors[from].feed(bytes)) {
      if ('bytes' in shown) this.#writer.add({ type: 'data', connection, from, bytes: shown.bytes })
      else this.#writer.add({ type: 'omitted', connection, from, ...shown })
    }
  }

  /** The connection ended. A second call does nothing. */
  closed(by?: CaptureSide): void {
    if (this.#isClosed) return
    this.#isClosed = true
    const connection = this.#connection
    this.#writer.add(by === undefined ? { type: 'closed', connection } : { type: 'closed', connection, by })
  }
}
