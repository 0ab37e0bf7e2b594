/** What emits events by name. */
interface Emitter {
  emit(name: string, ...args: readonly unknown[]): unknown
}

/** Emits an event. What a listener throws is the process's business, as with any emitter, but not that of who emits. */
export function emitSafely(emitter: Emitter, name: string, ...args: readonly unknown[]): void {
  try {
    emitter.emit(name, ...args)
  } catch (error) {
    throwLater(error)
  }
}

/** Throws an error where no code of the library can catch it. */
export function throwLater(error: unknown): void {
  process.nextTick(() => {
    throw error
  })
}
