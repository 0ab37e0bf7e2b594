import type { Signal } from '../../base/light-signal.js'
import type { Hooks, Unsubscribe } from './hooks.js'
import type { MaintEvent, MaintEventName, MaintEvents } from './maint-events.js'

/** How a subscription or a wait is ended. */
export interface ListenOptions {
  /** Ends the subscription, or makes the wait reject with the reason of the signal. Default: nothing does. */
  readonly signal?: AbortSignal | undefined
}

/** Which events a stream has. */
export interface EventsOptions<K extends MaintEventName> extends ListenOptions {
  /** Default: all of them. */
  readonly names?: readonly K[] | undefined
}

/** How many events a stream keeps for a slow reader. Beyond that the oldest are dropped. */
export const STREAM_CAPACITY = 1_000

/** Subscribes to one event until it is taken back, or until the signal aborts. */
export function listen<K extends MaintEventName>(
  hooks: Pick<Hooks, 'on'>,
  { name, listener, signal }: { name: K; listener: (payload: MaintEvents[K]) => void } & ListenOptions,
): Unsubscribe {
  if (signal?.aborted === true) return () => {}
  const takeBack = hooks.on(name, listener)
  const off = (): void => {
    takeBack()
    signal?.removeEventListener('abort', off)
  }
  signal?.addEventListener('abort', off, { once: true })
  return off
}

/** Waits for one event of a name. Rejects with the reason of the signal. */
export function nextOf<K extends MaintEventName>(
  hooks: Pick<Hooks, 'on'>,
  name: K,
  { signal }: ListenOptions = {},
): Promise<MaintEvents[K]> {
  let takeBack: Unsubscribe = () => {}
  const told = new Promise<MaintEvents[K]>(resolve => {
    takeBack = hooks.on(name, resolve)
  })
  return unlessAborted(told, signal).finally(takeBack)
}

/** A promise that rejects with the reason of a signal where that aborts before it is settled. */
export function unlessAborted<T>(promise: Promise<T>, signal: Signal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** The event streams of one client: they end with it. */
export class EventStreams {
  readonly #hooks: Pick<Hooks, 'onAny'>
  /** Made with the first stream: most applications open none. */
  #open: Set<EventStream<MaintEvent>> | undefined

  constructor(hooks: Pick<Hooks, 'onAny'>) {
    this.#hooks = hooks
  }

  /** Begins to keep events from now on. */
  open<K extends MaintEventName>({
    names,
    signal,
  }: EventsOptions<K> = {}): AsyncIterableIterator<Extract<MaintEvent, { name: K }>> {
    this.#open ??= new Set()
    const opened = this.#open
    const wanted: ReadonlySet<MaintEventName> | undefined = names && new Set(names)
    const takeBack = this.#hooks.onAny(event => {
      if (wanted === undefined || wanted.has(event.name)) stream.push(event)
    })
    const stream = new EventStream<MaintEvent>(() => {
      takeBack()
      signal?.removeEventListener('abort', end)
      opened.delete(stream)
    })
    const end = (): void => stream.end()
    opened.add(stream)
    signal?.addEventListener('abort', end, { once: true })
    if (signal?.aborted === true) end()
    // It has the events of these names only.
    return stream as unknown as AsyncIterableIterator<Extract<MaintEvent, { name: K }>>
  }

  /** Ends all of them, once their readers have read what is kept. */
  endAll(): void {
    for (const stream of [...(this.#open ?? [])]) stream.end()
  }
}

type Take<T> = (result: IteratorResult<T, undefined>) => void

/** What was told and not read yet, in order. */
class EventStream<T> implements AsyncIterableIterator<T, undefined> {
  readonly #onEnd: () => void
  readonly #kept: T[] = []
  readonly #readers: Take<T>[] = []
  #ended = false

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd
  }

  push(item: T): void {
    const reader = this.#readers.shift()
    if (reader !== undefined) return reader({ value: item, done: false })
    this.#kept.push(item)
    if (this.#kept.length > STREAM_CAPACITY) this.#kept.shift()
  }

  /** Nothing is added any more; what is kept can still be read. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#onEnd()
    for (const reader of this.#readers.splice(0)) reader({ value: undefined, done: true })
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const [item] = this.#kept.splice(0, 1)
    if (item !== undefined) return Promise.resolve({ value: item, done: false })
    if (this.#ended) return Promise.resolve({ value: undefined, done: true })
    return new Promise(resolve => {
      this.#readers.push(resolve)
    })
  }

  /** The reader left its loop. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#kept.length = 0
    this.end()
    return Promise.resolve({ value: undefined, done: true })
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
