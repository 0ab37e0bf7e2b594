import type { OwnRequest } from '../../core/events/refusal-events.js'
import type { About, Tell } from '../../core/events/tell.js'

/** What servers let the library itself ask, by the rights of one client or pool of the application. */
export class Rights {
  readonly #refused = new Set<OwnRequest>()

  /** A server has refused a request. Of each request only the first refusal is told. */
  refuse(request: OwnRequest, error: unknown, { tell, connection }: About & { readonly tell: Tell }): void {
    const isNew = !this.#refused.has(request)
    this.#refused.add(request)
    if (isNew) tell({ name: 'request:refused', payload: { request, error } }, { connection })
  }
}
