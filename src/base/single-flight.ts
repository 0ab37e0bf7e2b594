import { createDeferred } from './deferred.js'

/**
 * One task at a time. A call while a task is under way shares its outcome.
 *
 * All callers get the same promise, so a rejection reaches all of them. The next call afterwards begins a new task:
 * neither a result nor an error is kept. No caller ends the task for the others. A caller that no longer wants the
 * outcome stops waiting for it; a signal or a deadline that ends the task belongs inside the task.
 *
 * ```ts
 * const flight = new SingleFlight<readonly string[]>()
 * const [first, second] = await Promise.all([flight.run(lookUp), flight.run(lookUp)]) // looked up once
 * ```
 */
export class SingleFlight<T> {
  #underWay: Promise<T> | undefined

  /**
   * The outcome of the task that is under way, or else of this one, which begins at once.
   *
   * Rejects with what the task throws or rejects with. A task that waits for a run of its own flight waits for itself.
   */
  run(task: () => Promise<T>): Promise<T> {
    if (this.#underWay !== undefined) return this.#underWay
    const { promise, resolve, reject } = createDeferred<T>()
    // Set before the task begins, since the task may call this function; and cleared before a caller gets the outcome
    // and may call again.
    this.#underWay = promise
    const land = (tell: () => void): void => {
      this.#underWay = undefined
      tell()
    }
    begin(task).then(
      value => land(() => resolve(value)),
      (error: unknown) => land(() => reject(error)),
    )
    return promise
  }
}

/** A task that throws instead of rejecting has failed like any other. */
async function begin<T>(task: () => Promise<T>): Promise<T> {
  return await task()
}
