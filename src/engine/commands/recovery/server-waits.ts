import { afterPause, NO_WAIT, pauseBefore, type ServerWait } from '../../../core/replies/server-wait.js'
import type { Connection } from '../../session/connection.js'

/** Knows the connection whose server refuses commands for now, or did so last, and how long it has. */
export class ServerWaits {
  #refusing: { readonly connection: Connection; readonly wait: ServerWait } | undefined

  /** Whether commands wait for a server that refuses them. */
  get isWaiting(): boolean {
    return this.#refusing?.connection.isReady === true
  }

  of(connection: Connection): ServerWait {
    return this.#refusing?.connection === connection ? this.#refusing.wait : NO_WAIT
  }

  /** The pause before the next try, in milliseconds. */
  nextPause(connection: Connection, now: number): number {
    const wait = afterPause(this.of(connection), now)
    this.#refusing = { connection, wait }
    return pauseBefore(wait)
  }

  /** It serves again. */
  served(connection: Connection): void {
    if (this.#refusing?.connection === connection) this.#refusing = undefined
  }
}
