/** Calls that go on until they are stopped, by three workers. */
export interface CountedCalls {
  /** What calls failed with. */
  readonly failed: readonly unknown[]
  /** Ends them, and resolves with how many succeeded. */
  stop(): Promise<number>
}

/** Calls again and again until it is stopped. */
export function countCalls(call: () => Promise<unknown>): CountedCalls {
  const failed: unknown[] = []
  let goesOn = true
  let done = 0
  const work = async (): Promise<void> => {
    while (goesOn) {
      await call().then(
        () => (done += 1),
        error => failed.push(error),
      )
    }
  }
  const workers = [work(), work(), work()]
  const stop = async (): Promise<number> => {
    goesOn = false
    await Promise.all(workers)
    return done
  }
  return { failed, stop }
}
