/** What emits events by name. */
interface Emitter {
  emit(name: string, ...args: readonly unknown[]): unknown
}

/** Emits an event. What a listener throws is the process's business, as with any emitter, but not that of who emits. */
export function emitSafely(emitter: Emitter, name: string, ...args: readonly unknown[]): void {
  try {
    emitter.emit(name, ...args)
  } catch (error) {
    process.nextTick(() => {
      throw error
    })
  }
}
