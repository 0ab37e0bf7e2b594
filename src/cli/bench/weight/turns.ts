/** What is compared. */
export type Sides<T> = readonly [ours: T, theirs: T]

/** Does the same on both sides so often, one at a time, in the order ours, theirs, theirs, ours, …, so that no side is favoured. */
export async function inTurns<S, T>(
  pairs: number,
  [ours, theirs]: Sides<S>,
  work: (side: S) => Promise<T>,
): Promise<readonly Sides<T>[]> {
  const done: Sides<T>[] = []
  for (let pair = 0; pair < pairs; pair += 1) {
    if (pair % 2 === 0) {
      const first = await work(ours)
      done.push([first, await work(theirs)])
    } else {
      const first = await work(theirs)
      done.push([await work(ours), first])
    }
  }
  return done
}
