/** A listener: is told the values of a stream, and when the stream ended with an error. */
export interface StreamListener<T> {
  onNext(value: T): void
  onError(error: Error): void
}

/** A stream that was opened: the value of that moment, and its end. */
export type OpenedStream<T> = readonly [latest: T, stream: { dispose(): unknown }]

/** Shares one stream of values among several listeners; it is opened for the first. */
export class SharedStream<T> {
  readonly #open: (listener: StreamListener<T>) => Promise<OpenedStream<T>>
  readonly #listeners = new Set<StreamListener<T>>()
  #opened: Promise<{ latest: T; stream: OpenedStream<T>[1] }> | undefined
  /** One that has told an error. Its end is still owed to who gave it. */
  #failed: Promise<{ stream: OpenedStream<T>[1] }> | undefined

  constructor(open: (listener: StreamListener<T>) => Promise<OpenedStream<T>>) {
    this.#open = open
  }

  /** Joins a listener: it is given the latest value, and told of those to come. */
  async join(listener: StreamListener<T>): Promise<[latest: T, stream: { dispose(): unknown }]> {
    this.#listeners.add(listener)
    try {
      const latest = await this.open()
      return [latest, { dispose: () => this.#listeners.delete(listener) }]
    } catch (error) {
      this.#listeners.delete(listener)
      throw error
    }
  }

  /** Opens it, where it is not open, and gives the latest value. */
  async open(): Promise<T> {
    if (this.#opened === undefined) {
      end(this.#failed)
      this.#failed = undefined
      this.#opened = this.#begin()
    }
    const opened = this.#opened
    try {
      const { latest } = await opened
      return latest
    } catch (error) {
      if (this.#opened === opened) this.#opened = undefined
      throw error
    }
  }

  async #begin(): Promise<{ latest: T; stream: OpenedStream<T>[1] }> {
    const opened: { latest?: T } = {}
    const [first, stream] = await this.#open({
      onNext: value => {
        opened.latest = value
        for (const listener of this.#listeners) listener.onNext(value)
      },
      onError: error => {
        // The next listener opens another one.
        this.#failed = this.#opened ?? this.#failed
        this.#opened = undefined
        for (const listener of this.#listeners) listener.onError(error)
      },
    })
    return Object.assign(opened, { latest: opened.latest ?? first, stream })
  }

  /** Ends the stream. The next listener opens another one. */
  dispose(): void {
    end(this.#opened)
    end(this.#failed)
    this.#opened = undefined
    this.#failed = undefined
    this.#listeners.clear()
  }
}

function end(opened: Promise<{ readonly stream: { dispose(): unknown } }> | undefined): void {
  opened?.then(({ stream }) => stream.dispose()).catch(() => {})
}
