import type { AzureSubscriber } from '../../../engine/database/azure-channel.js'

/** Azure's channel of the modelled world. Its subscribers have a connection of their own, which nothing happens to. */
export class ModelAzure {
  readonly #listeners = new Set<(message: string) => void>()

  /** Tells all that listen. */
  publish(message: string): void {
    for (const listener of [...this.#listeners]) listener(message)
  }

  /** Makes a client that may listen. */
  open(): AzureSubscriber {
    const own = new Set<(message: string) => void>()
    return {
      connect: () => Promise.resolve(),
      subscribe: (_, listener) => {
        own.add(listener)
        this.#listeners.add(listener)
        return Promise.resolve()
      },
      destroy: () => {
        for (const listener of own) this.#listeners.delete(listener)
      },
      unref() {},
      on() {},
    }
  }
}
