import type { FacadeParts, View } from './parts.js'

/** Opening, closing and copying. */
export function lifecycleMembers({ lifecycle, link, duplicate, createPool }: FacadeParts): object {
  const quit = (): Promise<unknown> => lifecycle.quit()
  const setRefed = (refed: boolean): void => {
    link.session.refed = refed
    for (const { client } of link.connections) {
      if (refed) client.ref()
      else client.unref()
    }
  }

  return {
    connect: () => lifecycle.connect(),
    close: () => lifecycle.close(),
    destroy: () => lifecycle.destroy(),
    disconnect: async (): Promise<void> => lifecycle.destroy(),
    QUIT: quit,
    quit,
    ref: () => setRefed(true),
    unref: () => setRefed(false),
    duplicate(this: View, overrides?: object): unknown {
      return duplicate({ commandOptions: this._commandOptions, ...overrides })
    },
    createPool,
  }
}
