import { type Channel, channel } from 'node:diagnostics_channel'

const PHASES = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const

/** Does something, at once, of which a tracing channel is told nothing. */
export function untraced<T>(name: string, act: () => T): T {
  const channels = PHASES.map(phase => channel(`tracing:${name}:${phase}`))
  for (const each of channels) Object.defineProperty(each, 'hasSubscribers', { value: false, configurable: true })
  try {
    return act()
  } finally {
    for (const each of channels) Reflect.deleteProperty(each, 'hasSubscribers')
  }
}

/**
 * Changes what others publish on a channel, for all that have subscribed to it, and that will.
 *
 * @param change - Returns what is published instead; nothing is where it returns `undefined`.
 * @returns The channel. The change lasts for as long as somebody holds it.
 */
function changeMessages(name: string, change: (message: unknown) => unknown): Channel {
  const changed = channel(name)
  const before = Object.hasOwn(changed, 'publish') ? changed.publish : undefined
  const publish = function (this: Channel, message: unknown): void {
    const told = change(message)
    // What a channel inherits depends on whether somebody subscribes to it.
    if (told !== undefined) (before ?? Object.getPrototypeOf(this).publish).call(this, told)
  }
  Object.defineProperty(changed, 'publish', { value: publish, configurable: true, writable: true })
  return changed
}

/** Publishes a message where somebody listens. */
export function publish(name: string, message: () => object): void {
  const told = channel(name)
  if (told.hasSubscribers) told.publish(message())
}

/** What is told instead of a message, in the name of an owner; `undefined`: nothing. */
export type ToldAs<M, O> = (message: M, owner: O) => object | undefined

/**
 * Messages that others publish about things by names of their own, and that are told in the names of their owners.
 *
 * The channels stay changed for good, from the first owned thing on. What is said of other things is told as it is.
 */
export class OwnedMessages<M, O> {
  readonly #owners = new Map<unknown, O | undefined>()
  readonly #nameOf: (message: M) => unknown
  readonly #toldAs: Readonly<Record<string, ToldAs<M, O>>>
  /** Held: a channel that nobody holds does not last. */
  #channels: readonly Channel[] = []

  /** @param toldAs - What is told on each channel, by its name. */
  constructor(nameOf: (message: M) => unknown, toldAs: Readonly<Record<string, ToldAs<M, O>>>) {
    this.#nameOf = nameOf
    this.#toldAs = toldAs
  }

  /** What is said of a thing is told in the name of its owner, or not at all where it has none. */
  own(thing: unknown, owner: O | undefined): void {
    if (this.#channels.length === 0) {
      const entries = Object.entries(this.#toldAs)
      this.#channels = entries.map(([name, toldAs]) =>
        changeMessages(name, message => this.#change(message as M, toldAs)),
      )
    }
    this.#owners.set(thing, owner)
  }

  /** What is said of a thing is told as it is again. */
  disown(thing: unknown): void {
    this.#owners.delete(thing)
  }

  #change(message: M, toldAs: ToldAs<M, O>): unknown {
    const name = this.#nameOf(message)
    if (!this.#owners.has(name)) return message
    const owner = this.#owners.get(name)
    return owner && toldAs(message, owner)
  }
}
