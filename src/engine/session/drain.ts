/** The part of a connection that is waited for. */
interface Drained {
  readonly isReady: boolean
  readonly owesAnswers: boolean
  /** Blocking commands without an answer. */
  readonly blocked: number
  ping(): Promise<unknown>
}

/** Resolves once nothing is left to be answered, or the connection broke; never rejects. */
export async function drain(connection: Drained): Promise<void> {
  let goesOn = connection.owesAnswers
  while (connection.isReady && goesOn) {
    // A slice of a blocking command may be followed by the rest of it.
    const mayFollow = connection.blocked > 0
    const isAnswered = await connection.ping().then(
      () => true,
      () => false,
    )
    goesOn = isAnswered && (mayFollow || connection.blocked > 0)
  }
}
