import { createDeferred } from './deferred.js'

/**
 * One at a time: who comes while a task is under way shares its outcome.
 *
 * Everybody gets the same promise, so a rejection reaches all of them, and the next one to come begins anew: nothing is
 * remembered, neither a result nor an error. Nobody ends a task for the others: who no longer wants its outcome stops
 * waiting for it, and the signal or the deadline that ends the task itself belongs inside the task.
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
    // Before the task begins, which may come back here; and over before anybody hears of the outcome and comes again.
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
