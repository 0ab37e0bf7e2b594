import { throwLater } from '../../base/emit-safely.js'

/** What emits events by name, as Node's emitters do: an `error` without a listener is thrown. */
interface Emitter {
  emit(name: string, ...args: readonly unknown[]): unknown
}

/** Emits an event of the application's client; never throws. */
export type EmitToApplication = (name: string, ...args: readonly unknown[]) => void

/**
 * Makes what emits the events of the application's client.
 *
 * What a listener throws is told as an `error`. What comes of that, also for want of a listener, fails the call of `connect`
 * that waits, as with the plain client. Otherwise it is the process's business, unless it is about a further attempt to
 * reconnect: that attempt was announced, and the next one follows.
 *
 * @param refuse - Fails the call of `connect` that waits. Returns whether one does.
 */
export function createEmitToApplication(client: Emitter, refuse: (thrown: unknown) => boolean): EmitToApplication {
  let isAway = false
  const fail = (thrown: unknown): void => {
    if (!refuse(thrown) && !isAway) throwLater(thrown)
  }
  const emit: EmitToApplication = (name, ...args) => {
    if (name === 'reconnecting') isAway = true
    try {
      client.emit(name, ...args)
    } catch (thrown) {
      if (name === 'error') fail(thrown)
      else emit('error', thrown)
    }
    if (name === 'ready') isAway = false
  }
  return emit
}
