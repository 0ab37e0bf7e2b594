/**
 * What a host fails a command with of which no byte was written when its connection ended, however that ended: its sender
 * sends it elsewhere. It never reaches the application.
 */
export class NeverSent extends Error {
  override readonly name: string = 'NeverSent'

  /** @param cause - The error of the host, for where the command cannot be sent elsewhere. */
  constructor(cause: unknown) {
    super('The connection ended before the command was written', { cause })
  }
}

/** The error that the application is to see. */
export function toldOf(error: unknown): unknown {
  return error instanceof NeverSent ? error.cause : error
}
